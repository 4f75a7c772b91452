import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';
import { MetricsCollector, type MetricTotals, type PartitionGauges } from '../worker/metrics.ts';

/** Figures by function: the rows that receivers take are no records. */
export interface RunMetrics {
  readonly source: MetricsCollector;
  /** Of the receivers of each exchange, by its id, in order. */
  readonly receivers: ReadonlyMap<string, MetricsCollector>;
  /** Both. */
  readonly all: readonly MetricsCollector[];
}

interface MetricsFile {
  /** The stream's creation: another stream's figures are not ours. */
  readonly createdAtMs: number;
  readonly totals: MetricTotals;
  readonly gauges: Readonly<Record<string, PartitionGauges>>;
  /** Of the receivers' function of each exchange, by its id; undefined in files of a release that knew none. */
  readonly exchanges?: Readonly<Record<string, Pick<MetricsFile, 'totals' | 'gauges'>>>;
}

/** The function's figures so far. What a `kill -9` loses of them is missing: the exact counts are in the partition logs. */
export function loadMetrics(path: string, createdAtMs: number, exchanges: readonly string[]): RunMetrics {
  const file = readJsonFile<MetricsFile>(path);
  const known = file?.createdAtMs === createdAtMs ? file : undefined;
  const source = new MetricsCollector(known?.totals, known?.gauges);
  const receivers = new Map(
    exchanges.map((id) => {
      const figures = known?.exchanges?.[id];
      return [id, new MetricsCollector(figures?.totals, figures?.gauges)];
    }),
  );
  return { source, receivers, all: [source, ...receivers.values()] };
}

export function saveMetrics(path: string, createdAtMs: number, { source, receivers }: RunMetrics): void {
  const exchanges = Object.fromEntries([...receivers].map(([id, metrics]) => [id, figuresOf(metrics)]));
  const file: MetricsFile = { createdAtMs, ...figuresOf(source), exchanges };
  writeJsonFile(path, file);
}

function figuresOf({ totals, gauges }: MetricsCollector): Pick<MetricsFile, 'totals' | 'gauges'> {
  return { totals, gauges: Object.fromEntries(gauges) };
}
