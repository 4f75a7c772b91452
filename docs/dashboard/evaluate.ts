import type { Series } from './body.ts';
import type { Sample } from './local-run.ts';

/** A series as points, one per bucket; NaN where there is no data. */
export type Points = readonly number[];

/** Equal parts of the time of the run. */
export interface Buckets {
  readonly fromMs: number;
  readonly sizeMs: number;
  readonly count: number;
}

/** Figures for all series of one widget, by their position. */
export function evaluate(all: readonly Series[], samples: readonly Sample[], buckets: Buckets): Points[] {
  const measured = all.map((series) =>
    series.expression === undefined ? aggregate(series, samples, buckets) : searched(series, samples, buckets),
  );
  const byId = new Map(
    all.flatMap(({ id }, index) =>
      id === undefined || measured[index] === undefined ? [] : [[id, measured[index]] as const],
    ),
  );
  return all.map(({ expression }, index) => measured[index] ?? compute(expression ?? '', byId, buckets.count));
}

/** True when nothing of this run can say anything of the series. */
export function hasData(points: Points): boolean {
  return points.some((value) => !Number.isNaN(value));
}

function aggregate(series: Series, samples: readonly Sample[], { fromMs, sizeMs, count }: Buckets): number[] {
  const { statistic } = series;
  const values = Array.from({ length: count }, (): number[] => []);
  for (const sample of samples) {
    if (!isOf(series, sample)) continue;
    values[Math.min(count - 1, Math.max(0, Math.floor((sample.timeMs - fromMs) / sizeMs)))]?.push(sample.value);
  }
  return values.map((bucket) => statisticOf(statistic, bucket));
}

/** A rate a minute that is the sum of what a search finds; undefined for any other expression. */
function searched(series: Series, samples: readonly Sample[], buckets: Buckets): number[] | undefined {
  const [, namespace, metricName] =
    /^60 \* SUM\(SEARCH\('Namespace="([^"]+)" MetricName="([^"]+)"/.exec(series.expression ?? '') ?? [];
  if (namespace === undefined || metricName === undefined) return undefined;
  return aggregate({ ...series, namespace, metricName, statistic: 'Sum' }, samples, buckets).map((value) => value * 60);
}

/** The namespace has the stage behind it, and the name of a resource is the path of its construct. */
function isOf({ namespace = '', metricName, dimensions }: Series, sample: Sample): boolean {
  if (sample.metricName !== metricName || !namespace.startsWith(sample.service)) return false;
  return (
    sample.construct === undefined ||
    Object.values(dimensions).some((value) => value.startsWith(`<${sample.construct}`))
  );
}

function statisticOf(statistic: string, values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  switch (statistic) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return sorted.at(-1) ?? Number.NaN;
    case 'Minimum':
      return sorted[0] ?? Number.NaN;
    case 'p50':
    case 'p99':
      return sorted[Math.ceil((Number(statistic.slice(1)) / 100) * sorted.length) - 1] ?? Number.NaN;
    default:
      throw new Error(`statistic must be one that the dashboard uses, got ${JSON.stringify(statistic)}; add it here`);
  }
}

/** CloudWatch's metric math, as far as the dashboard uses it: + - * / and FILL. */
function compute(expression: string, byId: ReadonlyMap<string, Points>, count: number): number[] {
  if (!/^(FILL|[a-z]\w*|[\d\s+\-*/(),])+$/.test(expression))
    throw new Error(`expression must be arithmetic or FILL, got ${JSON.stringify(expression)}; add it here`);
  const names = [...byId.keys()];
  const fill = (value: number, replacement: number): number => (Number.isNaN(value) ? replacement : value);
  const formula = new Function('FILL', ...names, `return ${expression}`) as (...values: unknown[]) => number;
  return Array.from({ length: count }, (_, index) => {
    const value = formula(fill, ...names.map((name) => byId.get(name)?.[index] ?? Number.NaN));
    return Number.isFinite(value) ? value : Number.NaN;
  });
}
