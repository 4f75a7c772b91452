import type { SourceRecord } from '../engine/record.ts';
import type { Row } from '../test/verify/compare.ts';

interface Reading {
  readonly device: string;
  readonly timeMs: number;
  readonly value: number;
}

/** What the aggregates of these benchmarks must say, over the whole list of a window's records at once. */
const EXPECTED: Readonly<Record<string, (readings: readonly Reading[]) => unknown>> = {
  count: (all) => all.length,
  sum: (all) => total(all),
  mean: (all) => total(all) / all.length,
  min: (all) => ascending(all)[0],
  max: (all) => ascending(all).at(-1),
  countIf: (all) => all.filter(({ value }) => value < 0).length,
  sumExact: (all) => String(total(all)),
  variance: (all) => (all.length < 2 ? null : spread(all) / (all.length * (all.length - 1))),
  standardDeviation: (all) => Math.sqrt(spread(all) / (all.length * all.length)),
  first: (all) => byTime(all)[0]?.value,
  last: (all) => byTime(all).at(-1)?.value,
  minBy: (all) => byTime(all).sort((a, b) => a.value - b.value)[0]?.timeMs,
  maxBy: (all) => byTime(all).sort((a, b) => b.value - a.value)[0]?.timeMs,
  topN: (all) => ascending(all).reverse().slice(0, 3),
  collect: (all) => ({
    items: byTime(all)
      .slice(0, 10)
      .map(({ value }) => value),
    dropped: Math.max(0, all.length - 10),
  }),
  // Exact, as no window has more than 512 different values.
  approxDistinct: (all) => new Set(all.map(({ value }) => value)).size,
  quantile: (all) => quantileOf(all, 0.5),
  quantiles: (all) => ({ p50: quantileOf(all, 0.5), p95: quantileOf(all, 0.95) }),
  histogram: (all) =>
    [-Infinity, 0, 100, 500].map(
      (from, i) => all.filter(({ value }) => value >= from && value < ([0, 100, 500][i] ?? Infinity)).length,
    ),
  custom: (all) => (ascending(all).at(-1) as number) - (ascending(all)[0] as number),
};

/** A row per device and window, each value as JSON. */
export function expectedRows(load: readonly SourceRecord[], windowMs: number, names: readonly string[]): Row[] {
  const windows = new Map<
    string,
    { readonly key: string; readonly windowStartMs: number; readonly readings: Reading[] }
  >();
  for (const { data } of load) {
    const reading = JSON.parse(Buffer.from(data).toString('utf8')) as Reading;
    const windowStartMs = reading.timeMs - (reading.timeMs % windowMs);
    const id = `${windowStartMs}/${reading.device}`;
    const window = windows.get(id) ?? { key: reading.device, windowStartMs, readings: [] };
    windows.set(id, window);
    window.readings.push(reading);
  }
  return [...windows.values()].map(({ key, windowStartMs, readings }) =>
    inJson({ key, windowStartMs, ...Object.fromEntries(names.map((name) => [name, EXPECTED[name]?.(readings)])) }),
  );
}

/** Rows are compared field by field, so lists and objects as text; quantiles, 1 % off at most, as the whole number they stand for. */
export function inJson(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      JSON.stringify(value, name.startsWith('quantile') ? binned : undefined),
    ]),
  );
}

/** Values are whole numbers up to 1,000: what is within 1 % of one is in the same bin of the sketch as that one is. */
function binned(_: string, value: unknown): unknown {
  return typeof value === 'number' && value !== 0
    ? Math.sign(value) * Math.ceil(Math.log(Math.abs(value)) / BIN)
    : value;
}

const BIN = Math.log(1.01 / 0.99);

const total = (all: readonly Reading[]): number => all.reduce((sum, { value }) => sum + value, 0);
const ascending = (all: readonly Reading[]): number[] => all.map(({ value }) => value).sort((a, b) => a - b);
const byTime = (all: readonly Reading[]): Reading[] => [...all].sort((a, b) => a.timeMs - b.timeMs);

/** n · Σx² - (Σx)², exact for so small numbers. */
const spread = (all: readonly Reading[]): number =>
  all.length * all.reduce((sum, { value }) => sum + value * value, 0) - total(all) ** 2;

const quantileOf = (all: readonly Reading[], quantile: number): number =>
  ascending(all)[Math.floor(quantile * (all.length - 1))] as number;
