import type { Series, WidgetProperties } from './body.ts';
import { hasData } from './evaluate.ts';
import type { Points } from './evaluate.ts';

const PALETTE = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd'];
const MARGIN = { left: 58, right: 18, top: 10, bottom: 24 };

export interface Drawn {
  readonly series: Series;
  readonly points: Points;
}

/** A graph of a widget as SVG, its legend as HTML below. */
export function chart(
  properties: WidgetProperties,
  drawn: readonly Drawn[],
  widthPx: number,
  heightPx: number,
  spanS: number,
): string {
  const shown = drawn.filter(({ series }) => series.visible);
  const legend = shown
    .map(({ series, points }, index) => legendOf(series, colourOf(series, index), hasData(points)))
    .join('');
  const lines = shown
    .map((entry, index) => ({ ...entry, colour: colourOf(entry.series, index) }))
    .filter(({ points }) => hasData(points));
  if (lines.length === 0)
    return `<div class="none" style="height:${heightPx}px">no data in a local run</div><div class="legend">${legend}</div>`;

  const right = MARGIN.right + (lines.some(({ series }) => series.axis === 'right') ? 40 : 0);
  const plot = {
    x: MARGIN.left,
    y: MARGIN.top,
    width: widthPx - MARGIN.left - right,
    height: heightPx - MARGIN.top - MARGIN.bottom,
  };
  const top = { left: topOf(lines, 'left'), right: topOf(lines, 'right') };
  const y = (value: number, axis: 'left' | 'right'): number => plot.y + plot.height * (1 - value / top[axis]);
  const path = ({ series, points, colour }: (typeof lines)[number]): string => {
    const x = (index: number): number => plot.x + (plot.width * (index + 0.5)) / points.length;
    const known = points.map((value, index) => ({ value, index })).filter(({ value }) => !Number.isNaN(value));
    const d = known
      .map(({ value, index }, n) => `${n === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value, series.axis).toFixed(1)}`)
      .join('');
    return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.8"${series.axis === 'right' ? ' stroke-dasharray="5 3"' : ''}/>`;
  };
  const ticks = [0, 0.5, 1].map((part) => {
    const at = plot.y + plot.height * (1 - part);
    const rightTick =
      right > MARGIN.right
        ? `<text x="${plot.x + plot.width + 6}" y="${at + 4}">${short(top.right * part)}</text>`
        : '';
    return `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${at}" y2="${at}" stroke="#e3e6ea"/><text x="${plot.x - 6}" y="${at + 4}" text-anchor="end">${short(top.left * part)}</text>${rightTick}`;
  });
  const times = [0, 0.5, 1].map(
    (part) =>
      `<text x="${plot.x + plot.width * part}" y="${heightPx - 6}" text-anchor="${part === 1 ? 'end' : part === 0 ? 'start' : 'middle'}">${Math.round(spanS * part)} s</text>`,
  );
  const limits = (properties.annotations?.horizontal ?? []).map(({ value, label = '', color = '#888' }) =>
    value <= top.left
      ? `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${y(value, 'left')}" y2="${y(value, 'left')}" stroke="${color}" stroke-dasharray="4 4"/>`
      : `<text x="${plot.x + plot.width}" y="${plot.y + 8}" text-anchor="end" fill="${color}">↑ ${label} at ${short(value)}</text>`,
  );
  return `<svg width="${widthPx}" height="${heightPx}">${ticks.join('')}${times.join('')}${limits.join('')}${lines.map(path).join('')}</svg><div class="legend">${legend}</div>`;
}

export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${round(value / 1e9)} G`;
  if (size >= 1e6) return `${round(value / 1e6)} M`;
  if (size >= 1e4) return `${round(value / 1e3)} k`;
  return String(round(value));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** The end of the axis: 1, 2 or 5 times a power of ten, never below 1. */
function topOf(lines: readonly Drawn[], axis: 'left' | 'right'): number {
  const most = Math.max(
    1,
    ...lines
      .filter(({ series }) => series.axis === axis)
      .flatMap(({ points }) => points.filter((value) => !Number.isNaN(value))),
  );
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 5, 8].find((step) => step * power >= most) ?? 10) * power;
}

function legendOf(series: Series, colour: string, known: boolean): string {
  return `<span class="${known ? '' : 'unknown'}"><i style="background:${colour}"></i>${series.label}${known ? '' : ' (no data)'}</span>`;
}

function colourOf({ color }: Series, index: number): string {
  return color ?? PALETTE[index % PALETTE.length] ?? '#000';
}
