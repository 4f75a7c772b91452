import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { BlobStore, LogStore, PutOutcome, ReadConsistency } from '../../../engine/ports.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { partitionOf, type Plan } from '../plan.ts';
import type { ExchangeWatch } from './exchange-watch.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';
import type { TickWatch } from './tick-watch.ts';
import { isWithoutRecord, movesTime, type Storage, type Table } from './storage.ts';

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly crossing: ExchangeWatch | undefined;
  fail(error: unknown): void;
}

/** No eventually consistent read finds less than what was there then. */
const LONGEST_BEHIND_MS = 2_000;

/** DynamoDB as one instance meets it. */
export class FaultyLogStore implements LogStore {
  readonly #world: World;
  readonly #instance: Instance;
  readonly #watch: TickWatch;
  /** The one with which the function was deployed. */
  readonly #table: Table;

  constructor(world: World, instance: Instance, watch: TickWatch) {
    this.#world = world;
    this.#table = world.storage.table;
    this.#instance = instance;
    this.#watch = watch;
  }

  put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    const { plan, storage, schedule, faults, crossing } = this.#world;
    const { written } = this.#instance;
    const request = { table: this.#table, sentMs: schedule.nowMs(), isDead: this.#instance.isDead };
    const execute = async () => {
      const outcome = await storage.put(request, logId, slot, entry, expectedVersion);
      if (outcome.kind === 'stored') {
        written.set(logId, Math.max(entry.version, written.get(logId) ?? 0));
        crossing?.stored(logId, entry);
      }
      return outcome;
    };
    const place = `${logId}@${entry.reached}`;
    const aheadOf = (['watermarkMs', 'processingTimeMs', 'lastArrivalMs'] as const).find(
      (name) => entry[name] > schedule.nowMs() + (name === 'watermarkMs' ? plan.topology.eventTime.maxClockSkewMs : 0),
    );
    if (aheadOf !== undefined)
      this.#world.fail(new Error(`${place}: ${aheadOf} is ${entry[aheadOf]}, ahead of the clock`));
    if (crossing?.isReceiver(logId) !== true && this.#isTick(logId, entry)) {
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
    if (this.#world.crossing?.isStanding(logId, nowMs) === true) return true;
    if (throttled === undefined || nowMs < throttled.fromMs || nowMs >= throttled.untilMs) return false;
    const isIt = logIdOf(partitionOf(throttled.shard)) === logId;
    if (isIt) storage.throttled++;
    return isIt;
  }

  /** No record has moved time, neither one that is taken nor one that waits for what its arrival has made due. */
  #isTick(logId: string, entry: LogEntry): boolean {
    const { plan, storage } = this.#world;
    // What was on its way to a table that was replaced goes on from versions that are gone.
    if (this.#table !== storage.table) return false;
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

  async read(logId: string, slots: readonly number[], consistency: ReadConsistency = 'strong'): Promise<LogEntry[]> {
    const { faults, plan, storage, schedule } = this.#world;
    const { written } = this.#instance;
    written.set(logId, written.get(logId) ?? 0);
    if (this.#isThrottled(logId)) return this.#instance.fail('throttled for hours');
    if (faults.decide('log.readFails')) return this.#instance.fail('read failed');
    if (consistency === 'eventual' && faults.decide('log.readBehind')) {
      const momentMs = schedule.nowMs() - Math.min(faults.delayMs(), LONGEST_BEHIND_MS);
      return this.#instance.call(async () => storage.slotsAt(momentMs, logId, slots, plan.settings.slots), false);
    }
    if (!faults.decide('log.readTorn')) return this.#instance.call(() => this.#table.slots.read(logId, slots), false);
    const parts: LogEntry[][] = [];
    for (const slot of slots) parts.push(await this.#instance.call(() => this.#table.slots.read(logId, [slot]), false));
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
