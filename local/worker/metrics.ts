import type { BatchReport } from '../../engine/process-batch.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';

/** What the function has reported since the run began. */
export type MetricTotals = Omit<BatchReport, 'partition' | 'openWindows' | 'watermarkMs' | 'possibleLoss'>;

/** The newest values of one partition. */
export interface PartitionGauges {
  readonly openWindows: number;
  /** The partition's watermark [ms since 1970]; undefined before any record. */
  readonly watermarkMs?: number;
}

export const NO_METRICS: MetricTotals = Object.freeze({
  recordsIn: 0,
  recordsReplayed: 0,
  counted: 0,
  resultsOut: 0,
  lateRecords: 0,
  deadLetters: 0,
  commits: 0,
  writeUnits: 0,
});

type EmbeddedMetrics = Readonly<Record<string, unknown>>;

/**
 * The values of a line in CloudWatch's embedded metric format; undefined for any other line.
 *
 * @example '{"_aws":{…},"pipeline":"flights","partition":"shardId-000000000000","recordsIn":1000,"watermarkMs":"978307200000"}'
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function parseMetrics(line: string): EmbeddedMetrics | undefined {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return undefined;
  try {
    return JSON.parse(line) as EmbeddedMetrics;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Adds up the counters, and keeps the newest gauges by partition. */
export class MetricsCollector {
  totals: MetricTotals;
  readonly gauges: Map<string, PartitionGauges>;

  constructor(totals: MetricTotals = NO_METRICS, gauges: Readonly<Record<string, PartitionGauges>> = {}) {
    this.totals = { ...NO_METRICS, ...totals };
    this.gauges = new Map(Object.entries(gauges));
  }

  add(metrics: EmbeddedMetrics): void {
    const names = Object.keys(NO_METRICS) as Array<keyof MetricTotals>;
    this.totals = Object.fromEntries(
      names.map((name) => [name, this.totals[name] + sum(metrics[name])]),
    ) as unknown as MetricTotals;
    const openWindows = last(metrics['openWindows']);
    if (typeof metrics['partition'] !== 'string' || openWindows === undefined) return;
    const watermarkMs = watermark(metrics['watermarkMs']);
    this.gauges.set(metrics['partition'], { openWindows, ...(watermarkMs === undefined ? {} : { watermarkMs }) });
  }

  get openWindows(): number {
    return [...this.gauges.values()].reduce((sum, gauge) => sum + gauge.openWindows, 0);
  }

  /** The slowest partition's watermark; undefined before any record. */
  get watermarkMs(): number | undefined {
    const marks = [...this.gauges.values()].flatMap((gauge) =>
      gauge.watermarkMs === undefined ? [] : [gauge.watermarkMs],
    );
    return marks.length === 0 ? undefined : Math.min(...marks);
  }
}

/** A metric that was added several times in one invocation is an array. */
function sum(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((total: number, one: unknown) => total + sum(one), 0);
  return typeof value === 'number' ? value : 0;
}

function last(value: unknown): number | undefined {
  const one: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof one === 'number' ? one : undefined;
}

/** Properties are text in this format. */
function watermark(value: unknown): number | undefined {
  const watermarkMs = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof watermarkMs === 'number' && Number.isFinite(watermarkMs) && watermarkMs !== NO_WATERMARK
    ? watermarkMs
    : undefined;
}
