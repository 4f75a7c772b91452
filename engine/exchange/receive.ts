/**
 * One call of a receiver: it reads what its senders have committed, and commits what it made of it together with how far
 * it has read (PL-32, PL-33), until there is nothing more.
 *
 *     sender A  … 41 42 43 ──► read 42, 43 ┐
 *     sender B  … 17       ──► nothing     ├─► step ──► commit {state, outbox, A: 43, B: 17} ──► deliver ──► again
 */
import { isKind } from '../errors.ts';
import { deliverWaiting } from '../outbox.ts';
import { logIdOf, partitionOfLog } from '../partition-log/log-id.ts';
import type { PartitionLog } from '../partition-log/partition-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { BatchReport } from '../process-batch.ts';
import { boundsOf, type ReceivingProcessor } from '../processor.ts';
import type { ReadConsistency } from '../ports.ts';
import { countOf, type SourcePartition } from '../record.ts';
import { openWindows, type PartitionState } from '../state/partition-state.ts';
import { isDueByClock, nothingDecided, step, stepTick, type RecordsStep, type StepResult } from '../step.ts';
import { GuardedSteps } from '../user-code/guarded-steps.ts';
import { wholeOffsets } from '../whole-offsets.ts';
import { arrivalsOf, type Arrivals } from './arrivals.ts';
import { childrenOf, inheritFrom } from './generations.ts';
import { readManifests, settleReceivers, type Manifest } from './manifest.ts';
import { firstPositions, readable } from './positions.ts';
import { isLost, lost } from './lost-entries.ts';
import { readSender, type ArrivedEntry, type ReadAhead } from './read-senders.ts';
import { rangeOfReceiver, receiverPartition, receiversIn } from './receivers.ts';
import { ringFor, ringIfFull } from './ring-receivers.ts';

/** What one call came to: rows are its records. */
export interface ReceiveReport extends BatchReport {
  /** Nothing was left to read of any sender. */
  readonly isDrained: boolean;
}

export interface ReceiveOptions {
  /** No entry is read later than this after the start [ms]. @default it reads until there is nothing more */
  readonly withinMs?: number;
}

/** Rows of one commit, about: an entry is never parted. */
const MAX_ROWS_PER_STEP = 10_000;

/**
 * Takes all that the senders have for a receiver, as far as there is time.
 *
 * @throws what `commit` and sinks throw: the next call goes on where the log is
 */
export async function receive(
  processor: ReceivingProcessor,
  receiver: number,
  { withinMs = Number.POSITIVE_INFINITY }: ReceiveOptions = {},
): Promise<ReceiveReport> {
  const exchange = processor.topology.receivesFrom as Exchange;
  const untilMs = processor.logs.clock.nowMs() + withinMs;
  const steps = new GuardedSteps(processor.userCode);
  return receiveAs({ processor, exchange, next: undefined, steps, untilMs, totals: { ...NOTHING } }, receiver);
}

async function receiveAs(way: Way, receiver: number): Promise<ReceiveReport> {
  const { processor, exchange, steps } = way;
  const partition = receiverPartition(processor.topology.name, exchange, receiver);
  const work = (log: PartitionLog) => receiveOnce({ ...way, receiver, partition }, log);
  const once = () => steps.untilDone(() => processor.logs.use(partition, work));
  try {
    return await once();
  } catch (error) {
    await ringIfFull(processor, error);
    if (!isKind(error, 'fenced')) throw error;
    return once().catch(async (again: unknown) => {
      throw (await isLost(processor, partition, again)) ? lost(logIdOf(partition), again) : again;
    });
  }
}

type Totals = {
  -readonly [K in Exclude<keyof BatchReport, 'partition' | 'openWindows' | 'watermarkMs' | 'possibleLoss'>]: number;
};

const NOTHING: Totals = Object.freeze({
  recordsIn: 0,
  recordsReplayed: 0,
  counted: 0,
  resultsOut: 0,
  lateRecords: 0,
  deadLetters: 0,
  commits: 0,
  writeUnits: 0,
});

/** What one call has, whichever receivers it works for. */
interface Way {
  readonly processor: ReceivingProcessor;
  readonly exchange: Exchange;
  /** The receivers behind these (PL-39); undefined: this code knows none. */
  readonly next: Exchange | undefined;
  readonly steps: GuardedSteps;
  readonly untilMs: number;
  readonly totals: Totals;
}

interface Call extends Way {
  readonly receiver: number;
  readonly partition: SourcePartition;
}

async function receiveOnce(call: Call, log: PartitionLog): Promise<ReceiveReport> {
  const { processor, untilMs } = call;
  const { clock } = processor.logs;
  // Newer code has gone on with other receivers.
  if (log.isSealed) return reportOf(call, log, true);
  if (log.isBeforeExchange) await settleNext(call);
  if (log.version === 0) {
    const waiting = await begin(call, log);
    if (waiting !== undefined) return reportOf(call, log, waiting === 'for senders');
  }
  await deliver(call, log);
  let hasTaken = false;
  while (clock.nowMs() < untilMs) {
    const nowMs = clock.nowMs();
    let read = await nextEntries(call, log, 'eventual');
    // What is overlooked so has a ring of its own, which follows. A call that would find nothing, and the clock, need proof.
    const isProof = read.entries.length === 0 && (!hasTaken || isDueByClock(processor.topology, log.state, nowMs));
    if (isProof) read = await nextEntries(call, log, 'strong');
    const { entries, isAtEnd } = read;
    if (entries.length > 0 || log.state.pending !== undefined) await take(call, log, entries);
    hasTaken ||= entries.length > 0;
    if (entries.length === 0 && read.isAtCut && call.next !== undefined) return seal(call, log, call.next);
    // What is behind a cut has arrived, though it is for the next receivers.
    if (isProof && entries.length === 0 && isAtEnd) await tick(call, log, nowMs);
    if (entries.length === 0 && log.isOfOlderGeneration) await commit(call, log, nothingDecided(log.state));
    if (entries.length === 0 || (isAtEnd && !isDueByClock(processor.topology, log.state, clock.nowMs())))
      return reportOf(call, log, true);
  }
  return reportOf(call, log, false);
}

/**
 * Before the first version of a receiver.
 *
 * @returns what it waits for: senders that have not begun or gone on, or time to take what is left for whom it takes over from;
 *   undefined: nothing
 */
async function begin(call: Call, log: PartitionLog): Promise<'for senders' | 'for time' | undefined> {
  const { processor, exchange, receiver, partition } = call;
  if (exchange.before === undefined) {
    const manifest = await manifestFor(call);
    if (manifest === undefined) return 'for senders';
    log.begin(partition.incarnation, log.clock.nowMs(), firstPositions(manifest.roots));
    return undefined;
  }
  const { before } = exchange;
  const { topology, logs } = processor;
  const parents: Array<{ readonly receiver: number; readonly state: PartitionState }> = [];
  let waiting: 'for senders' | 'for time' | undefined;
  const failures: unknown[] = [];
  for (const parent of receiversIn(rangeOfReceiver(receiver, exchange), before)) {
    try {
      const { isDrained } = await receiveAs({ ...call, exchange: before, next: exchange }, parent);
      const state = await logs.use(receiverPartition(topology.name, before, parent), async (old) =>
        old.isSealed ? old.state : undefined,
      );
      if (state !== undefined) parents.push({ receiver: parent, state });
      else if (waiting !== 'for time') waiting = isDrained ? 'for senders' : 'for time';
    } catch (error) {
      // What one waits for may come of another one that goes on.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  if (waiting !== undefined) return waiting;
  log.begin(partition.incarnation, log.clock.nowMs());
  await commit(call, log, inheritFrom(topology, exchange, receiver, parents, log.state.epochMs));
  return undefined;
}

/** All senders have gone on to the next receivers: this one ends (PL-39). */
async function seal(call: Call, log: PartitionLog, next: Exchange): Promise<ReceiveReport> {
  const { processor, exchange, receiver, totals } = call;
  const children = childrenOf(processor.topology.name, exchange, receiver, next);
  const names = children.map(({ logId }) => partitionOfLog(logId).partition);
  totals.writeUnits += await log.commit(nothingDecided(log.state), names, children);
  totals.commits++;
  return reportOf(call, log, true);
}

/** Before its first entry for receivers of its own: who it is a sender with (PL-35). */
async function settleNext({ processor, exchange, partition: { pipeline } }: Call): Promise<void> {
  const { sendsTo } = processor.topology;
  if (sendsTo !== undefined) await settleReceivers(processor.logs.settings.blobs, pipeline, sendsTo, [exchange]);
}

/** Who the senders are (PL-35). */
async function manifestFor({ processor, exchange, partition: { pipeline } }: Call): Promise<Manifest | undefined> {
  const { sentBy } = processor.topology;
  const { blobs } = processor.logs.settings;
  return sentBy.length === 0
    ? readManifests(blobs, processor.topology, exchange)
    : settleReceivers(blobs, pipeline, exchange, sentBy);
}

/** Of every sender that may be read, in the order of their time: what is ahead would have to be kept in the state. */
async function nextEntries(
  { processor, exchange, receiver }: Call,
  log: PartitionLog,
  consistency: ReadConsistency,
): Promise<ReadAhead> {
  const senders = readable(log.state.positions);
  const { settings } = processor.logs;
  const { positions } = log.state;
  const read = await Promise.all(
    senders.map((position) => readSender(settings, exchange, receiver, positions, position, consistency)),
  );
  // No sender's watermark falls, so each one's entries stay in order.
  const entries = read.flatMap((one) => one.entries).sort((a, b) => timeOf(a) - timeOf(b));
  const hasNewSenders = entries.some(({ entry }) => (entry.sent?.children.length ?? 0) > 0);
  return {
    entries,
    isAtEnd: !hasNewSenders && read.every(({ isAtEnd }) => isAtEnd),
    isAtCut: read.length > 0 && read.every(({ isAtCut }) => isAtCut),
  };
}

const timeOf = ({ entry }: ArrivedEntry): number => entry.sent?.watermarkMs ?? entry.watermarkMs;

/** Commits the entries, in as many commits as they take. */
async function take(call: Call, log: PartitionLog, entries: readonly ArrivedEntry[]): Promise<void> {
  const { processor, steps, totals } = call;
  const { topology } = processor;
  const { positions, reached, watermarkMs } = log.state;
  let arrivals: Arrivals = arrivalsOf(entries, positions, reached, watermarkMs);
  let done = 0;
  while (done < entries.length || log.state.pending !== undefined) {
    const records = wholeOffsets(arrivals.records, MAX_ROWS_PER_STEP);
    const result: RecordsStep = steps.run(log, records, boundsOf(processor), (...given) =>
      step(topology, log.state, ...given),
    );
    const taken = arrivals.records.slice(0, result.taken);
    const entriesTaken = taken.filter(({ arrival }) => arrival?.kind === 'end').length;
    done += entriesTaken;
    const change = { ...result.change, positions: arrivals.positions[done] ?? positions };
    totals.recordsIn += taken.reduce((sum, record) => sum + countOf(record), 0);
    await commit(call, log, { ...result, change });
    arrivals = { ...arrivals, records: arrivals.records.slice(result.taken) };
  }
}

/** Processing time moves up to where nothing was left to read (PL-37). */
async function tick(call: Call, log: PartitionLog, nowMs: number): Promise<void> {
  const { processor, steps } = call;
  const { topology } = processor;
  if (log.version === 0) return;
  const target = { watermarkMs: undefined, processingTimeMs: nowMs };
  do {
    const result = steps.run(log, [], boundsOf(processor), (_none, ...given) =>
      stepTick(topology, log.state, target, ...given),
    );
    if (result === undefined) return;
    await commit(call, log, result);
  } while (log.state.pending !== undefined);
}

async function commit(call: Call, log: PartitionLog, result: StepResult): Promise<void> {
  const { processor, totals } = call;
  const { results, lateRecords, deadLetters } = result.outbox;
  totals.resultsOut += results.length;
  totals.lateRecords += lateRecords.length;
  totals.deadLetters += deadLetters.length;
  totals.counted += result.change.counters.counted - log.state.counters.counted;
  totals.writeUnits += await log.commit(result);
  totals.commits++;
  await deliver(call, log);
  await ringFor(processor, result);
}

async function deliver({ processor, partition, totals }: Call, log: PartitionLog): Promise<void> {
  const { writeUnits, withheld } = await deliverWaiting(log, partition, processor.sinks);
  totals.writeUnits += writeUnits;
  totals.deadLetters += withheld;
}

function reportOf({ processor, partition, totals }: Call, log: PartitionLog, isDrained: boolean): ReceiveReport {
  return {
    ...totals,
    partition: partition.partition,
    openWindows: openWindows(log.state, processor.topology.tables),
    watermarkMs: log.state.watermarkMs,
    isDrained,
  };
}
