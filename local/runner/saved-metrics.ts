import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';
import { MetricsCollector, type MetricTotals, type PartitionGauges } from '../worker/metrics.ts';

/** Figures by function: the rows that receivers take are no records. */
export interface RunMetrics {
  /** Of what reads each source, by its name, in order. */
  readonly sources: ReadonlyMap<string, MetricsCollector>;
  /** Of the receivers of each exchange, by its id, in order. */
  readonly receivers: ReadonlyMap<string, MetricsCollector>;
  /** All of them, the last exchange's at the end. */
  readonly all: readonly MetricsCollector[];
}

interface MetricsFile {
  /** The first stream's creation: another stream's figures are not ours. */
  readonly createdAtMs: number;
  /** Of the first source. */
  readonly totals: MetricTotals;
  readonly gauges: Readonly<Record<string, PartitionGauges>>;
  /** Of the further sources, by name; undefined where there is one. */
  readonly furtherSources?: Readonly<Record<string, Figures>>;
  /** Of the receivers' function of each exchange, by its id; undefined in files of a release that knew none. */
  readonly exchanges?: Readonly<Record<string, Figures>>;
}

type Figures = Pick<MetricsFile, 'totals' | 'gauges'>;

/**
 * The functions' figures so far. What a `kill -9` loses of them is missing: the exact counts are in the partition logs.
 *
 * @param sources names of those that the pipeline reads, the first one first
 */
export function loadMetrics(
  path: string,
  createdAtMs: number,
  [first, ...further]: readonly string[],
  exchanges: readonly string[],
): RunMetrics {
  const file = readJsonFile<MetricsFile>(path);
  const known = file?.createdAtMs === createdAtMs ? file : undefined;
  const sources = new Map(
    first === undefined ? [] : [[first, collectorOf(known)], ...collectorsOf(further, known?.furtherSources)],
  );
  const receivers = new Map(collectorsOf(exchanges, known?.exchanges));
  return { sources, receivers, all: [...sources.values(), ...receivers.values()] };
}

export function saveMetrics(path: string, createdAtMs: number, { sources, receivers }: RunMetrics): void {
  const [first, ...further] = sources;
  if (first === undefined) return;
  writeJsonFile(path, {
    createdAtMs,
    ...figuresOf(first[1]),
    ...(further.length === 0 ? {} : { furtherSources: figuresByName(further) }),
    exchanges: figuresByName(receivers),
  } satisfies MetricsFile);
}

const collectorOf = (figures: Figures | undefined): MetricsCollector =>
  new MetricsCollector(figures?.totals, figures?.gauges);

const collectorsOf = (
  names: readonly string[],
  figures: Readonly<Record<string, Figures>> = {},
): Array<[string, MetricsCollector]> => names.map((name) => [name, collectorOf(figures[name])]);

const figuresOf = ({ totals, gauges }: MetricsCollector): Figures => ({ totals, gauges: Object.fromEntries(gauges) });

const figuresByName = (metrics: Iterable<readonly [string, MetricsCollector]>): Readonly<Record<string, Figures>> =>
  Object.fromEntries(Array.from(metrics, ([name, one]) => [name, figuresOf(one)]));
