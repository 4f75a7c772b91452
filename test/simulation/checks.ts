import { fingerprintOf, stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import type { Topology } from '../../engine/topology.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { deliverWaiting } from '../../engine/outbox.ts';
import { PartitionLog } from '../../engine/partition-log/partition-log.ts';
import { BEFORE_FIRST } from '../../engine/record.ts';
import type { Clock } from '../../engine/ports.ts';
import { readUntil } from '../../engine/state/progress.ts';
import { step } from '../../engine/step.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { checkExchange } from './exchange/checks.ts';
import { checkBeside, checkPicky, checkRefused, checkResults } from './check-results.ts';
import { partitionOf, partsOf, type Plan, type PlannedRecord, type PlannedShard } from './plan.ts';
import { Speakers } from './speakers.ts';
import { expectedBefore, expectedSoFar, takenOf } from './taken.ts';
import { violation } from './world/functions.ts';
import type { SeededRandom } from './world/random.ts';
import type { Readers } from './world/sinks.ts';
import { isWithoutRecord, movesTime, withholds, type Storage } from './world/storage.ts';

/** The world has come to its end: nothing changes by waiting. */
const NO_WAITING: Clock = { nowMs: () => 0, sleep: async () => {} };

export interface Ended {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly readers: Readers;
  readonly random: SeededRandom;
  /** Offsets that need not have been taken: expired, gone with their stream, or left by a pipeline that was halted. */
  lost(shard: PlannedShard): ReadonlySet<bigint>;
}

/** Everything that must hold once the faults have stopped and the input is drained. @throws at the first that does not */
export async function checkAll({ plan, storage, readers, random, lost }: Ended): Promise<void> {
  for (const shard of plan.shards) {
    const logId = logIdOf(partitionOf(shard));
    const history = storage.history.get(logId) ?? [];
    const { records } = takenOf(shard, history);
    const taken = new Set(records.map(({ offset }) => offset));
    const missing = shard.records.filter((record) => !taken.has(record.offset) && !lost(shard).has(record.offset));
    if (missing.length > 0)
      throw violation(`${logId}: ${missing.map(({ offset }) => offset).join(' ')} were never taken`);
    checkHistory(logId, history, records);
    const before = storage.buried.get(logId) ?? [];
    checkHistory(logId, before, takenOf(shard, before).records);
    checkReported(
      plan,
      shard,
      history,
      shard.records.filter(({ offset }) => !taken.has(offset)),
    );
    const log = await checkRebuild(plan, writerOf(plan, history.at(-1)), logId, { storage, random });
    // What a halted pipeline could not do or deliver is left to whoever repairs it; what a batch could not that expired
    // before it came again, to the next record or tick. It is all there.
    const isLeft =
      isHalted(plan, shard) ||
      (plan.settings.retentionMs < Infinity && (plan.settings.tickEveryMs === 0 || shard === plan.untold));
    if (isLeft) await bringOut(plan, log, history.at(-1), shard, readers);
    if (log.state.pending !== undefined) throw violation(`${logId}: a move to ${log.state.watermarkMs} is not done`);
  }
  checkDefinition(plan, storage);
  const expected = await expectedSoFar(plan, storage);
  if (plan.exchange !== undefined) return checkExchange({ plan, storage, readers, random }, plan.exchange, expected);
  const wanted = { expected, before: await expectedBefore(plan, storage), speakers: new Speakers(plan, storage) };
  checkResults(plan.topology.results.identity, wanted, readers);
  checkBeside(wanted, readers);
  checkPicky(wanted, readers);
  // Long after the last record ticks have brought out everything; without them the last ones wait for a record.
  const ticksOn =
    plan.settings.tickEveryMs > 0 &&
    !plan.shards.some(
      (shard) => shard.deletedAtMs === Infinity && shard.leftAtMs === Infinity && isHalted(plan, shard),
    );
  const waiting = [...expected.waiting.values()].flat();
  if (ticksOn && waiting.length > 0) throw violation(`${waiting.join(' ')} never came out`);
  checkRefused(wanted, readers);
}

/** What expired unread arrived in a time of which the log says so, where the shard had a log before and was looked at since. */
function checkReported(
  plan: Plan,
  shard: PlannedShard,
  history: readonly LogEntry[],
  lost: readonly PlannedRecord[],
): void {
  const { retentionMs, tickEveryMs } = plan.settings;
  // Before it, the log knows of no time at which the shard was read.
  const first = history.find((entry) => readUntil(entry) > NO_WATERMARK);
  const head = history.at(-1);
  // A stream that is gone, or that the pipeline has left for another, is not read any more.
  const isRead = shard.deletedAtMs === Infinity && shard.leftAtMs === Infinity;
  const isSilent = plan.kind === 'kinesis' && retentionMs < Infinity && isRead;
  if (!isSilent || first === undefined || head === undefined) return;
  const isTicked = tickEveryMs > 0 && shard !== plan.untold;
  const isDue = ({ offset, arrivalTimeMs }: PlannedRecord): boolean =>
    offset > first.reached &&
    arrivalTimeMs > readUntil(first) &&
    (isTicked || offset < head.reached || head.sealedFor.length > 0);
  const isTold = ({ arrivalTimeMs }: PlannedRecord): boolean =>
    history.some(({ proof }) => proof !== undefined && proof.fromMs <= arrivalTimeMs && arrivalTimeMs <= proof.toMs);
  const untold = lost.filter((record) => isDue(record) && !isTold(record));
  if (untold.length > 0)
    throw violation(
      `${shard.id}: ${untold.map(({ offset }) => offset).join(' ')} expired unread, and its log does not say so`,
    );
}

const losesCounted = ({ reused, regrown }: PlannedShard): boolean => reused.length > 0 || regrown !== undefined;

const isHalted = ({ growsAtMs, shards }: Plan, { deletedAtMs, leftAtMs }: PlannedShard): boolean =>
  growsAtMs < Infinity || deletedAtMs < Infinity || leftAtMs < Infinity || shards.some(losesCounted);

/** As the next record or tick would. */
async function bringOut(
  plan: Plan,
  log: PartitionLog,
  head: LogEntry | undefined,
  shard: PlannedShard,
  readers: Readers,
): Promise<void> {
  const { maxRowsPerCommit: rows, maxTimersPerCommit: timers } = plan.settings;
  const topology = writerOf(plan, head);
  const sinks = readers.picky === undefined ? [readers] : [readers, readers.picky];
  await deliverWaiting(log, partitionOf(shard), sinks);
  while (log.state.pending !== undefined) {
    await log.commit(step(topology, log.state, [], { rows, timers }));
    await deliverWaiting(log, partitionOf(shard), sinks);
  }
}

/** No definition has written over state that it cannot read, and none goes on once a later one has written (PL-30). */
function checkDefinition(plan: Plan, { history }: Storage): void {
  const { redeploy } = plan;
  const isOf = (definitions: readonly Topology[]) => (entry: LogEntry) => ofWriter(definitions, entry) !== undefined;
  const isFirst = isOf([plan.topology, ...(plan.exchange?.receiving ?? [])]);
  const isNext = redeploy && isOf([redeploy.topology, ...(redeploy.receivers?.receiving ?? [])]);
  for (const [logId, entries] of history) {
    const changes = entries
      .filter(({ fingerprint }, i) => fingerprint !== entries[i - 1]?.fingerprint)
      .map((entry) => isNext?.(entry) === true && !isFirst(entry));
    const isWrong = redeploy?.isCompatible === true ? changes.lastIndexOf(false) > 0 : changes.includes(true);
    if (isWrong) throw violation(`${logId}: a definition has written that must not`);
  }
}

/** It is whole, offsets and watermark only go forward, and every record became something. */
export function checkChain(logId: string, history: readonly LogEntry[]): void {
  history.forEach((entry, i) => {
    const before = history[i - 1];
    if (entry.version !== i + 1) throw violation(`${logId}: version ${entry.version} at place ${i + 1}`);
    if (entry.previousCommitId !== (before?.commitId ?? ''))
      throw violation(`${logId}: version ${entry.version} does not follow its predecessor`);
    if (entry.from !== (before?.reached ?? BEFORE_FIRST) || entry.reached < entry.from)
      throw violation(`${logId}: version ${entry.version} leaves a gap`);
    if (before !== undefined && entry.watermarkMs < before.watermarkMs)
      throw violation(`${logId}: watermark fell at version ${entry.version}`);
    const { recordsIn, counted, late, deadLetters } = entry.counters;
    if (recordsIn !== counted + late + deadLetters)
      throw violation(`${logId}: ${recordsIn} records in, ${counted} + ${late} + ${deadLetters} out`);
  });
}

/** The log has taken these records, and no commit does nothing or more than it may. */
function checkHistory(logId: string, history: readonly LogEntry[], taken: readonly PlannedRecord[]): void {
  const records = taken.reduce((sum, record) => sum + partsOf(record), 0);
  const last = taken.at(-1)?.offset ?? BEFORE_FIRST;
  checkChain(logId, history);
  history.forEach((entry, i) => {
    const before = history[i - 1];
    const { recordsIn, deadLetters } = entry.counters;
    if (
      before !== undefined &&
      recordsIn > before.counters.recordsIn &&
      recordsIn - before.counters.recordsIn === deadLetters - before.counters.deadLetters
    ) {
      const moved = (['watermarkMs', 'processingTimeMs', 'lastArrivalMs'] as const).find(
        (name) => entry[name] !== before[name],
      );
      // The arrival of the record behind them may have made more due than one commit takes.
      const isOfTheNext = entry.pending?.domain === 'processing' && moved === 'processingTimeMs';
      if (moved !== undefined && !isOfTheNext)
        throw violation(`${logId}: ${moved} moved at version ${entry.version}, all of whose records were refused`);
    }
    const isIdle =
      isWithoutRecord(entry) &&
      !movesTime(entry, before) &&
      before?.pending === undefined &&
      !withholds(entry, before) &&
      entry.sent?.generation === before?.sent?.generation &&
      entry.proof?.provenMs === before?.proof?.provenMs;
    if (isIdle) throw violation(`${logId}: version ${entry.version} does nothing`);
    if (entry.sealedFor.length > 0 && before?.pending !== undefined)
      throw violation(`${logId}: sealed in the middle of a move`);
  });
  const head = history.at(-1);
  if ((head?.counters.recordsIn ?? 0) !== records)
    throw violation(`${logId}: ${head?.counters.recordsIn ?? 0} records of ${records}`);
  if (records > 0 && head?.reached !== last) throw violation(`${logId}: reached ${head?.reached} of ${last}`);
}

/** The definition that wrote last: a later one would hash the state as it writes it itself. */
function writerOf({ topology, redeploy }: Plan, head: LogEntry | undefined): Topology {
  return (redeploy && ofWriter([redeploy.topology], head)) ?? topology;
}

/** Of definitions the one with which the log was written last. */
export function ofWriter(definitions: readonly Topology[], head: LogEntry | undefined): Topology | undefined {
  return definitions.find((one) => head?.fingerprint === fingerprintOf(stateSchemaOf(one)));
}

/** Snapshot and log lead a stranger to the same state as the one who wrote them. */
export async function checkRebuild(
  { settings }: Pick<Plan, 'settings'>,
  topology: Topology,
  logId: string,
  { storage, random }: Pick<Ended, 'storage' | 'random'>,
): Promise<PartitionLog> {
  const head = storage.history.get(logId)?.at(-1);
  const log = await PartitionLog.open(
    {
      topology,
      logs: storage.logs,
      blobs: storage.blobs,
      clock: NO_WAITING,
      random,
      slots: settings.slots,
      inlineLimitBytes: settings.inlineLimitBytes,
    },
    logId,
  );
  if (log.version !== (head?.version ?? 0))
    throw violation(`${logId}: rebuilt to version ${log.version}, head is ${head?.version ?? 0}`);
  if (head !== undefined && log.state.stateHash !== head.stateHash)
    throw violation(`${logId}: rebuilt to another state`);
  return log;
}
