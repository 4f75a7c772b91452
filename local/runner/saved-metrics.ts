import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';
import { MetricsCollector, type MetricTotals, type PartitionGauges } from '../worker/metrics.ts';

/** Figures by function: the rows that receivers take are no records. */
export interface RunMetrics {
  readonly source: MetricsCollector;
  /** Without figures where there is no exchange. */
  readonly receivers: MetricsCollector;
}

interface MetricsFile {
  /** The stream's creation: another stream's figures are not ours. */
  readonly createdAtMs: number;
  readonly totals: MetricTotals;
  readonly gauges: Readonly<Record<string, PartitionGauges>>;
  /** Of the receivers' function; undefined where there is none, and in files of a release that knew none. */
  readonly receivers?: Pick<MetricsFile, 'totals' | 'gauges'>;
}

/** The function's figures so far. What a `kill -9` loses of them is missing: the exact counts are in the partition logs. */
export function loadMetrics(path: string, createdAtMs: number): RunMetrics {
  const file = readJsonFile<MetricsFile>(path);
  const known = file?.createdAtMs === createdAtMs ? file : undefined;
  return {
    source: new MetricsCollector(known?.totals, known?.gauges),
    receivers: new MetricsCollector(known?.receivers?.totals, known?.receivers?.gauges),
  };
}

export function saveMetrics(path: string, createdAtMs: number, { source, receivers }: RunMetrics): void {
  const file: MetricsFile = { createdAtMs, ...figuresOf(source), receivers: figuresOf(receivers) };
  writeJsonFile(path, file);
}

function figuresOf({ totals, gauges }: MetricsCollector): Pick<MetricsFile, 'totals' | 'gauges'> {
  return { totals, gauges: Object.fromEntries(gauges) };
}
