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
  /** Behind an exchange: rows. */
  readonly counted: number;
  readonly late: number;
  /** Of an exchange both records and rows. */
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
  /** The slowest partition's, or receiver's where there is an exchange; null before any record. */
  readonly watermarkMs: number | null;
  readonly shards: number;
  /** One of the records of each source, and one of the rows behind each exchange. */
  readonly accounts: readonly Account[];
}

/** What comes in is counted, late, or dead: `in = counted + late + deadLetters`. */
export interface Account {
  /** Where there are several sources: the one that the records came from, and how many of them the runner put into it. */
  readonly source?: string;
  readonly recordsPut?: number;
  /** Of rows: the exchange that they came through; null: records. */
  readonly exchange: string | null;
  /** Of an exchange; 0 of records. */
  readonly receivers: number;
  readonly in: number;
  /** Before an exchange: dealt with, and each gave rows, none, one or several. */
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
}

export interface SummaryParts {
  readonly pipeline: string;
  readonly shards: number;
  readonly sources: readonly SourceHeads[];
  readonly exchanges: readonly NewestHeads[];
  /** When this run began. */
  readonly before: Pick<Counters, 'recordsIn' | 'deadLetters'>;
  readonly results: number;
  readonly openWindows: number;
  readonly writeUnits: number;
  readonly elapsedMs: number;
}

/** Those of one source. */
export interface SourceHeads {
  readonly name: string;
  /** Records that the runner's own inputs put into it. */
  readonly recordsPut: number;
  readonly heads: readonly PartitionHead[];
}

/** Those of one exchange. */
export interface NewestHeads {
  readonly name: string;
  readonly receivers: number;
  readonly heads: readonly PartitionHead[];
}

export function summarize({ sources, exchanges, before, ...parts }: SummaryParts): Summary {
  const heads = sources.flatMap((one) => one.heads);
  const all = [...heads, ...exchanges.flatMap((one) => one.heads)];
  const last = exchanges.at(-1)?.heads ?? heads;
  const total = (name: keyof Counters): number => totalOf(all, name);
  const recordsIn = totalOf(heads, 'recordsIn');
  const marks = last.map((head) => head.watermarkMs).filter((mark) => mark !== NO_WATERMARK);
  return {
    pipeline: parts.pipeline,
    recordsPut: sources.reduce((sum, { recordsPut }) => sum + recordsPut, 0),
    recordsIn,
    newRecordsIn: recordsIn - before.recordsIn,
    counted: totalOf(last, 'counted'),
    late: total('late'),
    deadLetters: total('deadLetters'),
    newDeadLetters: total('deadLetters') - before.deadLetters,
    lossesAccepted: total('lossesAccepted'),
    results: parts.results,
    firings: total('results'),
    openWindows: parts.openWindows,
    commits: all.reduce((sum, head) => sum + head.version, 0),
    writeUnits: parts.writeUnits,
    elapsedMs: Math.round(parts.elapsedMs),
    watermarkMs: marks.length === 0 ? null : Math.min(...marks),
    shards: parts.shards,
    accounts: [
      ...sources.map(({ name, recordsPut, heads: read }) => ({
        ...(sources.length > 1 ? { source: name, recordsPut } : {}),
        ...accountOf(null, 0, read),
      })),
      ...exchanges.map(({ name, receivers, heads: received }) => accountOf(name, receivers, received)),
    ],
  };
}

function accountOf(exchange: string | null, receivers: number, heads: readonly PartitionHead[]): Account {
  return {
    exchange,
    receivers,
    in: totalOf(heads, 'recordsIn'),
    counted: totalOf(heads, 'counted'),
    late: totalOf(heads, 'late'),
    deadLetters: totalOf(heads, 'deadLetters'),
  };
}

function totalOf(heads: readonly PartitionHead[], name: keyof Counters): number {
  return heads.reduce((sum, head) => sum + head.counters[name], 0);
}

/** What does not add up, in words; empty when all does. */
export function imbalances(summary: Summary): string[] {
  const { lossesAccepted, accounts } = summary;
  const problems = accounts.flatMap((account, i) => {
    const { in: came, counted, late, deadLetters } = account;
    if (came === counted + late + deadLetters) return [];
    const what = whatCame(account);
    const dealtWith = i < accounts.length - 1 ? 'passed on' : 'counted';
    return [`${what} ${came} is not ${dealtWith} ${counted} + late ${late} + dead letters ${deadLetters}`];
  });
  // What was left out with the operator's consent is in no count.
  if (lossesAccepted > 0) return problems;
  for (const { source, recordsPut, in: came } of putInto(summary))
    if (came < recordsPut)
      problems.push(
        `${source === undefined ? '' : `${source}: `}in ${came} is less than the ${recordsPut} records put into the stream`,
      );
  return problems;
}

/** @example 'in' · 'sales: in' · 'by-shop: rows' */
export function whatCame({ source, exchange }: Account): string {
  if (exchange !== null) return `${exchange}: rows`;
  return source === undefined ? 'in' : `${source}: in`;
}

/** What was put into each source, and what came of it. */
function putInto({ recordsPut: total, recordsIn, accounts }: Summary) {
  const several = accounts.flatMap(({ source, recordsPut, in: came }) =>
    source === undefined || recordsPut === undefined ? [] : [{ source, recordsPut, in: came }],
  );
  return several.length > 0 ? several : [{ source: undefined, recordsPut: total, in: recordsIn }];
}
