import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../../adapters/memory/log-store.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { BlobStore, LogStore, PutOutcome } from '../../../engine/ports.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { slotOf } from '../../../engine/partition-log/ring.ts';
import { cutOf } from '../accepted.ts';
import { partitionOf, type Plan } from '../plan.ts';
import type { LoggedTick } from '../reference.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';
import type { TickWatch } from './tick-watch.ts';

/** What was really stored, seen by the checks: every version of every log, in the order in which it was written. */
export class Storage {
  readonly blobs: MemoryBlobStore;
  readonly history = new Map<string, LogEntry[]>();
  /** Versions that went with a table, when it was restored to an earlier moment. */
  lostVersions = 0;
  /** Requests that a log refused which is throttled for hours. */
  throttled = 0;
  readonly #schedule: Schedule;
  readonly #storedAtMs = new Map<string, number>();
  #table = new MemoryLogStore();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.blobs = new MemoryBlobStore(schedule);
  }

  get logs(): LogStore {
    return this.#table;
  }

  /** @param table as it was when the request was sent: what is meant for one that was replaced since changes nothing */
  async put(
    table: LogStore,
    logId: string,
    slot: number,
    entry: LogEntry,
    expectedVersion: number | undefined,
  ): Promise<PutOutcome> {
    const outcome = await table.put(logId, slot, entry, expectedVersion);
    if (outcome.kind === 'stored' && table === this.#table) {
      this.history.set(logId, [...(this.history.get(logId) ?? []), entry]);
      this.#storedAtMs.set(entry.commitId, this.#schedule.nowMs());
    }
    return outcome;
  }

  /** That stand in the logs. */
  get versions(): number {
    return [...this.history.values()].reduce((sum, { length }) => sum + length, 0);
  }

  storedAtMs({ commitId }: LogEntry): number {
    return this.#storedAtMs.get(commitId) ?? -Infinity;
  }

  /** Puts a table in the place of this one that has what it had at an earlier moment; objects stay. */
  async restore(momentMs: number, slots: number): Promise<void> {
    const table = new MemoryLogStore();
    for (const [logId, entries] of this.history) {
      const kept = entries.filter((entry) => this.storedAtMs(entry) <= momentMs);
      for (const entry of kept.slice(-slots)) await table.put(logId, slotOf(entry.version, slots), entry, undefined);
      this.lostVersions += entries.length - kept.length;
      this.history.set(logId, kept);
    }
    this.#table = table;
  }
}

/** What stands between the records in a log. */
export function ticksIn(history: readonly LogEntry[]): LoggedTick[] {
  const tickOf = (entry: LogEntry, before: LogEntry | undefined): LoggedTick => {
    const { reached, watermarkMs, processingTimeMs, fingerprint } = entry;
    // A record's arrival is at most the clock of the function that took it, which only the log knows.
    const isLater = before !== undefined && processingTimeMs > before.processingTimeMs;
    return { after: reached, toMs: watermarkMs, processingTimeMs, isLater, fingerprint, cut: cutOf(entry) };
  };
  return history.flatMap((entry, i) => (isWithoutRecord(entry) ? [tickOf(entry, history[i - 1])] : []));
}

/** Takes no record, and neither begins a log nor ends one: a tick, or what an earlier commit has left to do. */
export function isWithoutRecord({ version, from, reached, sealedFor }: LogEntry): boolean {
  return from === reached && version > 1 && sealedFor.length === 0;
}

export function movesTime(entry: LogEntry, before: LogEntry | undefined): boolean {
  return (
    before === undefined || entry.watermarkMs > before.watermarkMs || entry.processingTimeMs > before.processingTimeMs
  );
}

/** Says of an earlier version what a sink will never take (ADR 16). */
export function withholds({ withheld }: LogEntry, before: LogEntry | undefined): boolean {
  return withheld.some((one) =>
    before?.withheld.every(({ version, sink }) => version !== one.version || sink !== one.sink),
  );
}

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly schedule: Schedule;
  readonly faults: Faults;
  fail(error: unknown): void;
}

/** DynamoDB as one instance meets it. */
export class FaultyLogStore implements LogStore {
  readonly #world: World;
  readonly #instance: Instance;
  readonly #watch: TickWatch;
  /** The one with which the function was deployed. */
  readonly #table: LogStore;

  constructor(world: World, instance: Instance, watch: TickWatch) {
    this.#world = world;
    this.#table = world.storage.logs;
    this.#instance = instance;
    this.#watch = watch;
  }

  put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    const { plan, storage, schedule, faults } = this.#world;
    const execute = () => storage.put(this.#table, logId, slot, entry, expectedVersion);
    const place = `${logId.split('/').slice(-2).join('/')}@${entry.reached}`;
    const aheadOf = (['watermarkMs', 'processingTimeMs', 'lastArrivalMs'] as const).find(
      (name) => entry[name] > schedule.nowMs() + (name === 'watermarkMs' ? plan.topology.eventTime.maxClockSkewMs : 0),
    );
    if (aheadOf !== undefined)
      this.#world.fail(new Error(`${place}: ${aheadOf} is ${entry[aheadOf]}, ahead of the clock`));
    if (this.#isTick(logId, entry)) {
      if (!this.#instance.provenDrained.has(place))
        this.#world.fail(new Error(`${place}: tick without proof that nothing was left to read`));
      if (this.#isTooEarly(logId, entry))
        this.#world.fail(new Error(`${place}: tick moved event time before the shard had been quiet for long enough`));
      // It is one of those that run: wrong is only what would be wrong for each of them.
      const problems = [...this.#instance.ticks].map((sight) =>
        this.#watch.problemOf(logId, entry, sight, schedule.nowMs()),
      );
      if (problems.length > 0 && !problems.includes(undefined)) this.#world.fail(new Error(`${place}: ${problems[0]}`));
      if (entry.watermarkMs > this.#latestTick())
        this.#world.fail(
          new Error(`${place}: tick to ${entry.watermarkMs}, ahead of every partition and of the clock`),
        );
    }
    if (this.#isThrottled(logId)) return this.#instance.fail('throttled for hours');
    if (faults.decide('log.throttled')) return this.#instance.fail('throttled');
    if (faults.decide('log.requestLost')) return this.#instance.fail('request lost');
    if (faults.decide('log.executedLate')) {
      schedule.after(faults.delayMs(), () => void execute());
      return this.#instance.fail('executed late');
    }
    return this.#instance.call(execute, faults.decide('log.replyLost'));
  }

  #isThrottled(logId: string): boolean {
    const {
      plan: { throttled },
      storage,
      schedule,
    } = this.#world;
    const nowMs = schedule.nowMs();
    if (throttled === undefined || nowMs < throttled.fromMs || nowMs >= throttled.untilMs) return false;
    const isIt = logIdOf(partitionOf(throttled.shard)) === logId;
    if (isIt) storage.throttled++;
    return isIt;
  }

  /** No record has moved time, neither one that is taken nor one that waits for what its arrival has made due. */
  #isTick(logId: string, entry: LogEntry): boolean {
    const { plan, storage } = this.#world;
    // What was on its way to a table that was replaced goes on from versions that are gone.
    if (this.#table !== storage.logs) return false;
    const { previousCommitId, pending, reached, processingTimeMs } = entry;
    const before = storage.history.get(logId)?.find(({ commitId }) => commitId === previousCommitId);
    if (!isWithoutRecord(entry) || !movesTime(entry, before)) return false;
    const waiting = plan.shards.find((shard) => logIdOf(partitionOf(shard)) === logId)?.records ?? [];
    const arrivals = waiting
      .filter(({ offset }) => offset > reached)
      .map(({ arrivalTimeMs, timestamp }) => timestamp?.ms ?? arrivalTimeMs);
    return pending?.domain !== 'processing' || !arrivals.includes(processingTimeMs);
  }

  /** Event time moves where nothing came for the idle timeout, no earlier (PL-21). */
  #isTooEarly(logId: string, { version, watermarkMs, lastArrivalMs }: LogEntry): boolean {
    const { storage, schedule, plan } = this.#world;
    const before = storage.history.get(logId)?.find((entry) => entry.version === version - 1);
    return (
      before !== undefined &&
      watermarkMs > before.watermarkMs &&
      lastArrivalMs + plan.topology.eventTime.idleTimeoutMs > schedule.nowMs()
    );
  }

  /** No tick may go beyond both the clock, less what records may be late, and the partition that is furthest (PL-21). */
  #latestTick(): number {
    const { storage, schedule, plan } = this.#world;
    const { maxOutOfOrdernessMs, idleTimeoutMs } = plan.topology.eventTime;
    const watermarks = [...storage.history.values()].map((entries) => entries.at(-1)?.watermarkMs ?? -Infinity);
    return Math.max(schedule.nowMs() - maxOutOfOrdernessMs - idleTimeoutMs, ...watermarks);
  }

  async read(logId: string, slots: readonly number[]): Promise<LogEntry[]> {
    const { faults } = this.#world;
    if (this.#isThrottled(logId)) return this.#instance.fail('throttled for hours');
    if (faults.decide('log.readFails')) return this.#instance.fail('read failed');
    if (!faults.decide('log.readTorn')) return this.#instance.call(() => this.#table.read(logId, slots), false);
    const parts: LogEntry[][] = [];
    for (const slot of slots) parts.push(await this.#instance.call(() => this.#table.read(logId, [slot]), false));
    return parts.flat();
  }
}

/** S3 as one instance meets it. */
export class FaultyBlobStore implements BlobStore {
  readonly #world: World;
  readonly #instance: Instance;

  constructor(world: World, instance: Instance) {
    this.#world = world;
    this.#instance = instance;
  }

  putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    const { storage, schedule, faults } = this.#world;
    const execute = () => storage.blobs.putIfAbsent(key, bytes);
    if (faults.decide('blob.failsBefore')) return this.#instance.fail('object store failed');
    if (faults.decide('blob.executedLate')) {
      schedule.after(faults.delayMs(), () => void execute());
      return this.#instance.fail('executed late');
    }
    return this.#instance.call(execute, faults.decide('blob.replyLost'));
  }

  get(key: string): Promise<Uint8Array | undefined> {
    if (this.#world.faults.decide('blob.readFails')) return this.#instance.fail('object read failed');
    return this.#instance.call(() => this.#world.storage.blobs.get(key), false);
  }

  delete(key: string): Promise<void> {
    return this.#instance.call(() => this.#world.storage.blobs.delete(key), false);
  }

  oldest(prefix: string, after?: string): ReturnType<BlobStore['oldest']> {
    return this.#instance.call(() => this.#world.storage.blobs.oldest(prefix, after), false);
  }

  list(prefix: string): Promise<string[]> {
    return this.#instance.call(() => this.#world.storage.blobs.list(prefix), false);
  }
}
