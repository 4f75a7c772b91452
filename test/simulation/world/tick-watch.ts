import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { UNSEEN_HOLD_MS } from '../../../engine/tick/idle-watermark.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';
import { partitionOf, type Plan, type PlannedShard } from '../plan.ts';
import type { Storage } from './storage.ts';
import type { Stream } from './shards.ts';

/** What a tick must find out when it looks at the world that it begins in. */
export interface Sight {
  readonly active: readonly Active[];
}

/** A partition that is not idle for a tick that begins now. */
interface Active {
  readonly shard: PlannedShard;
  /** Left unread; undefined: it is drained, and its newest record is younger than the idle timeout. */
  readonly unread: bigint | undefined;
}

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly stream: Stream;
}

/** Holds ticks against the truth of the world, and not against what their function has heard (PL-19, PL-21). */
export class TickWatch {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  look(nowMs: number, source: string): Sight {
    const { plan, stream } = this.#world;
    const alive = plan.shards.filter(
      (shard) => shard.source === source && shard.bornAtMs <= nowMs && nowMs < shard.deletedAtMs,
    );
    const active = alive.flatMap((shard): Active[] => {
      const head = this.#headOf(shard);
      // A child without a log waits for its parents: they hold time.
      if (isSealed(head) || (head === undefined && shard.parents.length > 0)) return [];
      const unread = stream.firstUnread(shard, head?.reached ?? -1n);
      return unread !== undefined || this.#isRecent(head, nowMs) ? [{ shard, unread }] : [];
    });
    return { active };
  }

  /** @returns what is wrong with a tick's commit; undefined: nothing is known to be */
  problemOf(logId: string, { watermarkMs }: LogEntry, { active }: Sight, nowMs: number): string | undefined {
    const head = this.#world.storage.history.get(logId)?.at(-1);
    // For so long at most a partition waits for those that the tick could not look at.
    if (head === undefined || watermarkMs <= head.watermarkMs || nowMs - head.lastArrivalMs >= UNSEEN_HOLD_MS)
      return undefined;
    const ahead = active.find(
      ({ shard, unread }) =>
        this.#isStillActive(shard, unread, nowMs) && watermarkMs > (this.#headOf(shard)?.watermarkMs ?? NO_WATERMARK),
    );
    return ahead === undefined
      ? undefined
      : `tick to ${watermarkMs}, ahead of ${ahead.shard.id}, which ${ahead.unread === undefined ? 'is not quiet' : 'has records left'}`;
  }

  /** The tick's own time lies between the look and now. */
  #isStillActive(shard: PlannedShard, unread: bigint | undefined, nowMs: number): boolean {
    const head = this.#headOf(shard);
    if (isSealed(head)) return false;
    return unread === undefined
      ? this.#isRecent(head, nowMs)
      : this.#world.stream.firstUnread(shard, head?.reached ?? -1n) === unread;
  }

  #isRecent(head: LogEntry | undefined, nowMs: number): boolean {
    return head !== undefined && head.lastArrivalMs + this.#world.plan.topology.eventTime.idleTimeoutMs > nowMs;
  }

  #headOf(shard: PlannedShard): LogEntry | undefined {
    return this.#world.storage.history.get(logIdOf(partitionOf(shard)))?.at(-1);
  }
}

const isSealed = (head: LogEntry | undefined): boolean => (head?.sealedFor.length ?? 0) > 0;
