import type { Counters } from '../../engine/state/progress.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';

/** What the newest entry of a partition's log says. */
export interface PartitionHead {
  readonly partition: string;
  /** Commits so far. */
  readonly version: number;
  readonly watermarkMs: number;
  readonly counters: Counters;
}

/** One machine-readable account of a run; the counts are those of the partition logs, over all runs on the data dir. */
export interface Summary {
  readonly pipeline: string;
  /** Records that the runner's own inputs put into the stream. */
  readonly recordsPut: number;
  readonly recordsIn: number;
  /** Those of `recordsIn` that this run has processed. */
  readonly newRecordsIn: number;
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
  /** Those of `deadLetters` that this run has found. */
  readonly newDeadLetters: number;
  /** How often records were left out for good with `tidemark accept-loss`. */
  readonly lossesAccepted: number;
  /** Rows in the result table that are of this definition: windows that have fired. */
  readonly results: number;
  /** Every firing, corrections included. */
  readonly firings: number;
  readonly openWindows: number;
  readonly commits: number;
  /** DynamoDB write units, as far as the function has reported them. */
  readonly writeUnits: number;
  /** Of this run. */
  readonly elapsedMs: number;
  /** The slowest partition's; null before any record. */
  readonly watermarkMs: number | null;
  readonly shards: number;
}

export interface SummaryParts {
  readonly pipeline: string;
  readonly shards: number;
  readonly heads: readonly PartitionHead[];
  /** When this run began. */
  readonly before: Pick<Counters, 'recordsIn' | 'deadLetters'>;
  readonly recordsPut: number;
  readonly results: number;
  readonly openWindows: number;
  readonly writeUnits: number;
  readonly elapsedMs: number;
}

export function summarize({ heads, before, ...parts }: SummaryParts): Summary {
  const total = (name: keyof Counters): number => heads.reduce((sum, head) => sum + head.counters[name], 0);
  const marks = heads.map((head) => head.watermarkMs).filter((mark) => mark !== NO_WATERMARK);
  return {
    pipeline: parts.pipeline,
    recordsPut: parts.recordsPut,
    recordsIn: total('recordsIn'),
    newRecordsIn: total('recordsIn') - before.recordsIn,
    counted: total('counted'),
    late: total('late'),
    deadLetters: total('deadLetters'),
    newDeadLetters: total('deadLetters') - before.deadLetters,
    lossesAccepted: total('lossesAccepted'),
    results: parts.results,
    firings: total('results'),
    openWindows: parts.openWindows,
    commits: heads.reduce((sum, head) => sum + head.version, 0),
    writeUnits: parts.writeUnits,
    elapsedMs: Math.round(parts.elapsedMs),
    watermarkMs: marks.length === 0 ? null : Math.min(...marks),
    shards: parts.shards,
  };
}

/** What does not add up, in words; empty when all does. */
export function imbalances({ recordsPut, recordsIn, counted, late, deadLetters, lossesAccepted }: Summary): string[] {
  const problems: string[] = [];
  if (recordsIn !== counted + late + deadLetters)
    problems.push(`in ${recordsIn} is not counted ${counted} + late ${late} + dead letters ${deadLetters}`);
  // What was left out with the operator's consent is in no count.
  if (recordsIn < recordsPut && lossesAccepted === 0)
    problems.push(`in ${recordsIn} is less than the ${recordsPut} records put into the stream`);
  return problems;
}
