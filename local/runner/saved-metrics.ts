import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';
import { MetricsCollector, type MetricTotals, type PartitionGauges } from '../worker/metrics.ts';

interface MetricsFile {
  /** The stream's creation: another stream's figures are not ours. */
  readonly createdAtMs: number;
  readonly totals: MetricTotals;
  readonly gauges: Readonly<Record<string, PartitionGauges>>;
}

/** The function's figures so far. What a `kill -9` loses of them is missing: the exact counts are in the partition logs. */
export function loadMetrics(path: string, createdAtMs: number): MetricsCollector {
  const file = readJsonFile<MetricsFile>(path);
  return file?.createdAtMs === createdAtMs ? new MetricsCollector(file.totals, file.gauges) : new MetricsCollector();
}

export function saveMetrics(path: string, createdAtMs: number, { totals, gauges }: MetricsCollector): void {
  writeJsonFile(path, { createdAtMs, totals, gauges: Object.fromEntries(gauges) } satisfies MetricsFile);
}
