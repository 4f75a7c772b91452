import type { KafkaConnection } from '../../adapters/kafka/connection.ts';
import { isKind, messageOf } from '../../engine/errors.ts';
import { attempt, type EventShape } from '../event-source/delivery.ts';
import type { EventSourceSettings, LocalEventSource } from '../source/local-source.ts';
import { Backlog } from './backlog.ts';
import { eventOf, polled, remainingOf, type PolledRecord } from './event.ts';
import { GroupMember } from './group-member.ts';

const RETRY_MS = 500;
/** How often it is looked for something to do while nothing is read. */
const IDLE_MS = 25;

export interface KafkaEventSourceProps extends Omit<EventSourceSettings, 'files'> {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** How many partitions the topic had at the start. */
  readonly partitions: number;
}

/**
 * Polls a topic as Lambda's event source mapping does: as a member of a consumer group, batches across partitions, one in
 * flight, offsets committed after the function has taken them. What the function reports as failed is tried again by
 * partition; what the other partitions have got is committed, and they go on.
 *
 * ```
 * join ──► read the partitions that are mine ──► backlog ──► batch in flight ──► commit what was taken
 *   ▲                                              ▲ what failed, by partition ┘ │
 *   └────────── handed out anew: forget what was read, begin at what was committed ◄┘
 * ```
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export class KafkaEventSource implements LocalEventSource {
  readonly #props: KafkaEventSourceProps;
  readonly #limits: EventSourceSettings['limits'];
  readonly #shape: EventShape<PolledRecord>;
  #backlog: Backlog;
  /** By partition: the next offset to be read. */
  #positions = new Map<number, bigint>();
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();
  /** In the group or on its way into it or out of it. */
  #current: GroupMember | undefined;
  /** The same while it is in the group. */
  #member: GroupMember | undefined;

  constructor(props: KafkaEventSourceProps) {
    this.#props = props;
    const { topic, connection, partitions, limits } = props;
    this.#shape = {
      event: (records) => eventOf(topic, connection.brokers.join(), records),
      remaining: (records, response) => remainingOf(topic, records, response),
    };
    const frame = JSON.stringify(this.#shape.event([])).length + partitions * (topic.length + 20);
    this.#limits = { ...limits, maxPayloadBytes: limits.maxPayloadBytes - frame };
    this.#backlog = new Backlog(this.#limits);
  }

  run(): Promise<void> {
    const running = this.#run();
    this.#running = running.catch(() => undefined); // the caller of run() sees the error
    return running;
  }

  async stop(waitMs: number): Promise<void> {
    this.#stopped = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((done) => (timer = setTimeout(done, waitMs)));
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
    await this.#current?.leave(); // whatever it waits for: its brokers may never answer
  }

  get pending(): number {
    return this.#backlog.length;
  }

  lastRead(partition: string): string | undefined {
    const next = this.#positions.get(Number(partition));
    return next === undefined ? undefined : String(next - 1n);
  }

  /** Asks the group, of which this may be one member of several: all that readers see has been taken by somebody. */
  async drainedSince(): Promise<boolean> {
    const member = this.#member;
    if (member === undefined || this.pending > 0) return false;
    const all = Array.from({ length: this.#props.partitions }, (_, partition) => partition);
    try {
      const [ranges, committed] = await Promise.all([
        member.reader.ranges(this.#props.topic, all),
        member.committed(all),
      ]);
      return [...ranges].every(
        ([partition, { start, stableEnd }]) => start === stableEnd || (committed.get(partition) ?? -1n) >= stableEnd,
      );
    } catch (error) {
      this.#props.failed(new Error(`the group cannot be asked how far it is: ${messageOf(error)}`, { cause: error }));
      return false;
    }
  }

  async #run(): Promise<void> {
    const { connection, groupId, topic, failed } = this.#props;
    while (!this.#stopped) {
      const member = new GroupMember(connection, groupId, topic, failed);
      this.#current = member;
      try {
        await member.join();
        this.#member = member;
        while (!this.#stopped) await this.#generation(member);
      } catch (error) {
        if (isKind(error, 'invalid')) throw error;
        if (!this.#stopped) failed(new Error(`topic ${topic} cannot be read: ${messageOf(error)}`, { cause: error }));
      } finally {
        this.#member = undefined;
        await member.leave();
        this.#current = undefined;
      }
      if (!this.#stopped) await sleep(RETRY_MS);
    }
  }

  /** From one handing out of the partitions to the next. */
  async #generation(member: GroupMember): Promise<void> {
    const { generation, partitions } = member;
    this.#backlog = new Backlog(this.#limits);
    this.#positions = await this.#begin(member, partitions);
    while (!this.#stopped && member.generation === generation) {
      const batch = this.#backlog.batch(performance.now());
      if (batch.length > 0) await this.#handOver(member, batch);
      else await this.#fill(member);
    }
  }

  async #begin(member: GroupMember, partitions: readonly number[]): Promise<Map<number, bigint>> {
    if (partitions.length === 0) return new Map();
    const [ranges, committed] = await Promise.all([
      member.reader.ranges(this.#props.topic, partitions),
      member.committed(partitions),
    ]);
    return new Map(
      partitions.map((partition) => [partition, committed.get(partition) ?? ranges.get(partition)?.start ?? 0n]),
    );
  }

  async #fill(member: GroupMember): Promise<void> {
    const { topic, failed } = this.#props;
    // A partition that sits out has enough to do.
    const nowMs = performance.now();
    const positions = new Map([...this.#positions].filter(([partition]) => !this.#backlog.isPaused(partition, nowMs)));
    if (positions.size === 0) return sleep(IDLE_MS); // all sit out, or there are more members than partitions
    for (const [partition, { records, next, isOutOfRange }] of await member.reader.read(topic, positions)) {
      if (isOutOfRange) {
        const start = (await member.reader.ranges(topic, [partition])).get(partition)?.start ?? 0n;
        failed(
          new Error(
            `partition ${partition} of ${topic} has no offset ${this.#positions.get(partition)}: it is read from ${start} on, as from TRIM_HORIZON`,
          ),
        );
        this.#positions.set(partition, start);
        continue;
      }
      this.#backlog.add(
        records.map((record) => polled(topic, partition, record)),
        performance.now(),
      );
      const isIdle = records.length === 0 && next > (this.#positions.get(partition) ?? next);
      this.#positions.set(partition, next);
      if (isIdle && this.#backlog.first(partition) === undefined) await member.commit(new Map([[partition, next]])); // markers only
    }
  }

  async #handOver(member: GroupMember, batch: readonly PolledRecord[]): Promise<void> {
    const { invoke, failed } = this.#props;
    const left = await attempt(batch, this.#shape, { invoke, failed, stopped: () => this.#stopped });
    this.#backlog.settle(batch, left, performance.now());
    if (left.length < batch.length) await member.commit(this.#gotTo(batch));
  }

  /** Where the group goes on in the partitions of a batch: at what waits still, or behind all that was read. */
  #gotTo(batch: readonly PolledRecord[]): Map<number, bigint> {
    const partitions = new Set(batch.map(({ partition }) => partition));
    return new Map(
      [...partitions].map((partition) => [
        partition,
        this.#backlog.first(partition) ?? this.#positions.get(partition) ?? 0n,
      ]),
    );
  }
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, durationMs));
}
