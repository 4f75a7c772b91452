import { seriesOf } from './body.ts';
import type { DashboardBody, Widget } from './body.ts';
import { chart, short } from './chart.ts';
import { evaluate, hasData } from './evaluate.ts';
import type { Buckets } from './evaluate.ts';
import type { Sample } from './local-run.ts';

const CELL = { widthPx: 56, heightPx: 40 };
const CHROME_PX = 72;

const STYLE = `
body{margin:0;background:#f4f6f8;font:12px system-ui,sans-serif;color:#16191f;position:relative}
.w{position:absolute;box-sizing:border-box;padding:3px}.w>div{background:#fff;border:1px solid #dfe3e8;border-radius:6px;height:100%;box-sizing:border-box;padding:7px 10px;overflow:hidden}
.text>div{background:none;border:none;padding:10px 4px 0}h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:0 0 4px}p{margin:0;color:#414d5c;font-size:13px}
h3{font-size:13px;margin:0 0 1px}h3 small{font-weight:400;color:#5f6b7a}svg text{font-size:10px;fill:#5f6b7a}
.legend span{display:inline-block;margin-right:12px;font-size:11px}.legend i{display:inline-block;width:10px;height:3px;vertical-align:middle;margin-right:4px}.unknown{color:#98a2b0}
.none{display:flex;align-items:center;justify-content:center;color:#98a2b0;font-size:13px}
.values{display:flex;flex-wrap:wrap;height:80%;align-items:center}.values div{flex:1;min-width:110px;font-size:12px;color:#414d5c}.values b{display:block;font-size:25px;color:#16191f;font-weight:500}
.alarms span{display:inline-block;border:1px solid #c9d0d8;border-left:5px solid #98a2b0;border-radius:4px;padding:5px 10px;margin:6px 8px 0 0}
table{border-collapse:collapse;width:100%;margin-top:8px}td,th{padding:6px 8px;border-bottom:1px solid #e3e6ea;text-align:right;font-size:12px}td:first-child,th:first-child{text-align:left}
`;

/** The dashboard as a page: each widget where CloudWatch puts it, drawn from the samples of a run. */
export function page(
  { widgets }: DashboardBody,
  samples: readonly Sample[],
  note: string,
  bucketCount: number,
): { html: string; widthPx: number; heightPx: number } {
  const times = samples
    .map(({ timeMs }) => timeMs)
    .reduce(({ from, to }, timeMs) => ({ from: Math.min(from, timeMs), to: Math.max(to, timeMs) }), {
      from: Infinity,
      to: -Infinity,
    });
  const buckets: Buckets = { fromMs: times.from, sizeMs: (times.to - times.from) / bucketCount, count: bucketCount };
  const boxes = widgets.map((widget) => {
    const { x, y, width, height, type } = widget;
    const place = `left:${x * CELL.widthPx}px;top:${y * CELL.heightPx}px;width:${width * CELL.widthPx}px;height:${height * CELL.heightPx}px`;
    return `<div class="w ${type}" style="${place}"><div>${content(widget, samples, buckets)}</div></div>`;
  });
  const bottom = Math.max(...widgets.map(({ y, height }) => y + height)) * CELL.heightPx;
  const footer = `<div class="w" style="left:0;top:${bottom}px;width:${24 * CELL.widthPx}px"><p style="padding:8px">${note}</p></div>`;
  return {
    html: `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${boxes.join('')}${footer}`,
    widthPx: 24 * CELL.widthPx,
    heightPx: bottom + 72,
  };
}

function content({ type, properties, width, height }: Widget, samples: readonly Sample[], buckets: Buckets): string {
  switch (type) {
    case 'text':
      return markdown(properties.markdown ?? '');
    case 'alarm':
      return `<h3>Alarms <small>(no state in a local run)</small></h3><div class="alarms">${(properties.alarms ?? []).map((arn) => `<span>${alarmName(arn)}</span>`).join('')}</div>`;
    case 'log':
      return `<h3>${properties.title ?? ''}</h3>${byShard(samples, buckets)}`;
    case 'metric':
      break;
  }
  const all = seriesOf(properties);
  if (properties.view === 'singleValue') {
    const whole = { ...buckets, sizeMs: buckets.sizeMs * buckets.count, count: 1 };
    const values = evaluate(all, samples, whole)
      .map((points, index) => ({ series: all[index], points }))
      .filter(({ series }) => series?.visible === true);
    return `<h3>${properties.title ?? ''}</h3><div class="values">${values.map(({ series, points }) => `<div><b>${hasData(points) ? inFull(points[0]) : '–'}</b>${series?.label ?? ''}</div>`).join('')}</div>`;
  }
  const drawn = evaluate(all, samples, buckets).flatMap((points, index) =>
    all[index] === undefined ? [] : [{ series: all[index], points }],
  );
  const spanS = (buckets.sizeMs * buckets.count) / 1_000;
  const right = properties.yAxis?.right?.label;
  const units = `${properties.yAxis?.left?.label ?? ''}${right === undefined ? '' : ` · ${right} (dashed)`}`;
  return `<h3>${properties.title ?? ''} <small>${units}</small></h3>${chart(properties, drawn, width * CELL.widthPx - 28, height * CELL.heightPx - CHROME_PX, spanS)}`;
}

/** What the query of the log widget answers, over the same lines. */
function byShard(samples: readonly Sample[], { fromMs }: Buckets): string {
  const shards = Map.groupBy(
    samples.filter(({ partition }) => partition !== undefined),
    ({ partition }) => partition,
  );
  const rows = [...shards].map(([partition, mine]) => {
    const of = (name: string): Sample[] => mine.filter(({ metricName }) => metricName === name);
    const sum = (name: string): string => short(of(name).reduce((total, { value }) => total + value, 0));
    const lagMs = of('watermarkLagMs').at(-1)?.value ?? Number.NaN;
    const cells = [
      partition,
      short(lagMs / 60_000),
      short(of('openWindows').at(-1)?.value ?? Number.NaN),
      sum('recordsIn'),
      sum('lateRecords'),
      sum('deadLetters'),
      `${round1(((mine.at(-1)?.timeMs ?? 0) - fromMs) / 1_000)} s`,
    ];
    return { lagMs, html: `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>` };
  });
  const head = ['partition', 'lagMinutes', 'windows', 'records', 'late', 'dead', 'lastBatch']
    .map((name) => `<th>${name}</th>`)
    .join('');
  return `<table><tr>${head}</tr>${rows
    .sort((a, b) => b.lagMs - a.lagMs)
    .map(({ html }) => html)
    .join('')}</table>`;
}

function markdown(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const level = /^#+/.exec(first)?.[0].length ?? 3;
  return `<h${level}>${first.replace(/^#+ /, '')}</h${level}><p>${rest.join(' ')}</p>`;
}

const alarmName = (arn: string): string => /Observe([A-Za-z]+?)[0-9A-F]{8}/.exec(arn)?.[1] ?? arn;
const round1 = (value: number): number => Math.round(value * 10) / 10;
const inFull = (value = Number.NaN): string => round1(value).toLocaleString('en-US');
