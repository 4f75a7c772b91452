import { isKind } from './errors.ts';
import { lossBeforeNext, lossIn, proving, type PossibleLoss } from './expired-unread.ts';
import { deliverWaiting } from './outbox.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import { boundsOf, type Processor } from './processor.ts';
import type { SourceBatch, SourceRecord } from './record.ts';
import { ringFor, ringIfFull } from './exchange/ring-receivers.ts';
import { requireContinuous } from './require-continuous.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { beginSending, takeOver } from './reshard.ts';
import { openWindows } from './state/partition-state.ts';
import { step } from './step.ts';
import { GuardedSteps } from './user-code/guarded-steps.ts';

/** What one batch came to: the source of all metrics. */
export interface BatchReport {
  readonly partition: string;
  /** Records that this batch brought and no earlier one. */
  readonly recordsIn: number;
  /** Records that the log had reached already (PL-13). */
  readonly recordsReplayed: number;
  /** Records that have reached their window, as the log counts them: `recordsIn` less late records and dead letters. */
  readonly counted: number;
  readonly resultsOut: number;
  readonly lateRecords: number;
  readonly deadLetters: number;
  readonly commits: number;
  /** DynamoDB write units: log and result table. */
  readonly writeUnits: number;
  /** Keys × windows; see `openWindows` of the state. */
  readonly openWindows: number;
  readonly watermarkMs: number;
  /** Before this batch, records may have expired unread; undefined: none have. */
  readonly possibleLoss?: PossibleLoss | undefined;
}

/**
 * The way of one batch: state, step, commit, deliver. Returns when everything that it decided is stored and delivered;
 * throws when it must come again. Losing to another instance is no error: reload, filter, once more (PL-5).
 */
export async function processBatch(processor: Processor, batch: SourceBatch): Promise<BatchReport> {
  const { begunMs = processor.logs.clock.nowMs() } = batch;
  const way = { steps: new GuardedSteps(processor.userCode), begunMs };
  const once = () => {
    const reached: Reached = {};
    const work = (log: PartitionLog) => processOnce(processor, log, batch, way, reached);
    return way.steps.untilDone(() => processor.logs.use(batch.partition, work));
  };
  try {
    return await once();
  } catch (error) {
    await ringIfFull(processor, error);
    if (!isKind(error, 'fenced')) throw error;
    return once();
  }
}

/** Of one batch, whatever is repeated of it. */
interface Way {
  readonly steps: GuardedSteps;
  readonly begunMs: number;
}

type Totals = { -readonly [K in keyof Omit<BatchReport, 'counted' | 'openWindows' | 'watermarkMs'>]: BatchReport[K] };

/** How far a batch has come when one of its steps is stopped: nothing of it is taken back. */
interface BatchProgress {
  readonly totals: Totals;
  readonly countedBefore: number;
  /** Of the log: committed and delivered. */
  version: number;
}

interface Reached {
  progress?: BatchProgress;
}

async function processOnce(
  processor: Processor,
  log: PartitionLog,
  batch: SourceBatch,
  way: Way,
  reached: Reached,
): Promise<BatchReport> {
  const { topology, sinks, decoder } = processor;
  const { partition, records } = batch;
  const progress = (reached.progress = resumed(log, reached, way.begunMs) ?? (await begun(processor, log, batch, way)));
  const { totals, countedBefore } = progress;
  const fresh = records.slice(replayedIn(records, log));
  let encoded: readonly SourceRecord[] = decoder === undefined ? [] : fresh;
  let rest: readonly SourceRecord[] = decoder === undefined ? fresh : [];
  while (rest.length > 0 || encoded.length > 0 || log.state.pending !== undefined) {
    if (decoder !== undefined && rest.length === 0 && encoded.length > 0) {
      rest = await decoder.decode(encoded);
      encoded = encoded.slice(rest.length);
    }
    const result = way.steps.run(log, rest, boundsOf(processor), (...given) => step(topology, log.state, ...given));
    totals.resultsOut += result.outbox.results.length;
    totals.lateRecords += result.outbox.lateRecords.length;
    totals.deadLetters += result.outbox.deadLetters.length;
    totals.writeUnits += await log.commit(result);
    totals.commits++;
    const { writeUnits, withheld } = await deliverWaiting(log, partition, sinks);
    totals.writeUnits += writeUnits;
    totals.deadLetters += withheld;
    await ringFor(processor, result);
    progress.version = log.version;
    rest = rest.slice(result.taken);
  }
  const { counters, watermarkMs } = log.state;
  return {
    ...totals,
    counted: counters.counted - countedBefore,
    openWindows: openWindows(log.state, topology.tables),
    watermarkMs,
  };
}

/** How many of the records, which ascend, the log has reached already (PL-13). */
function replayedIn(records: readonly SourceRecord[], log: PartitionLog): number {
  const first = records.findIndex(({ offset }) => offset > log.state.reached);
  return first < 0 ? records.length : first;
}

/** @returns what was reached before a step was stopped; undefined: nothing, or another instance has gone on since */
function resumed(log: PartitionLog, { progress }: Reached, begunMs: number): BatchProgress | undefined {
  if (log.version === 0 || progress?.version !== log.version) return undefined;
  log.markDelivered(log.version);
  log.noteFollowed(begunMs);
  return progress;
}

/** What comes before the first step. */
async function begun(processor: Processor, log: PartitionLog, batch: SourceBatch, way: Way): Promise<BatchProgress> {
  const { partition, records } = batch;
  if (log.version === 0) await takeOver(processor, log, partition, way.steps, way.begunMs);
  else await beginSending(processor, log, partition, way.steps, way.begunMs);
  const { writeUnits, withheld } = await deliverWaiting(log, partition, processor.sinks);
  await requireContinuous(processor.shards, log, partition, records, way.begunMs);
  const replayed = replayedIn(records, log);
  const before = log.version;
  const loss = await noteLoss(processor, log, batch);
  if (replayed > 0) {
    requireUnchanged(partition, log.state, records[replayed - 1]);
    await processor.shards.confirm(partition, log.state.reached, log.state.reachedDigest);
  }
  const totals: Totals = {
    partition: partition.partition,
    recordsIn: records.length - replayed,
    recordsReplayed: replayed,
    resultsOut: 0,
    lateRecords: 0,
    deadLetters: withheld,
    commits: log.version - before,
    writeUnits: writeUnits + loss.writeUnits,
    possibleLoss: loss.possibleLoss,
  };
  return { totals, countedBefore: log.state.counters.counted, version: log.version };
}

/** Records between `reached` and the batch may have expired unread: the log says so before it goes on. */
async function noteLoss(
  { shards }: Processor,
  log: PartitionLog,
  { partition, records }: SourceBatch,
): Promise<{ readonly writeUnits: number; readonly possibleLoss: PossibleLoss | undefined }> {
  const { reached, resumeAt, proof: before } = log.state;
  const first = records[0]?.offset;
  // A batch that begins at what was counted has no gap, and a gap that an operator has accepted is known.
  if (first === undefined || first <= reached || resumeAt !== undefined || log.version === 0)
    return { writeUnits: 0, possibleLoss: undefined };
  // What was looked for just now may have expired since the batch was read.
  const proof = await lossBeforeNext(shards, partition, log.state, log.clock.nowMs());
  if (proof === undefined) return { writeUnits: 0, possibleLoss: undefined };
  return { writeUnits: await log.commit(proving(log.state, proof)), possibleLoss: lossIn(proof, before) };
}
