import type { KafkaConnection } from '../../adapters/kafka/connection.ts';
import { isKind, messageOf } from '../../engine/errors.ts';
import { batchLength } from '../event-source/batch.ts';
import { deliver } from '../event-source/delivery.ts';
import type { EventSourceSettings, LocalEventSource } from '../source/local-source.ts';
import { eventOf, polled, remainingOf, type PolledRecord } from './event.ts';
import { GroupMember } from './group-member.ts';

const RETRY_MS = 500;

export interface KafkaEventSourceProps extends Omit<EventSourceSettings, 'dir'> {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** How many partitions the topic had at the start. */
  readonly partitions: number;
}

/**
 * Polls a topic as Lambda's event source mapping does: as a member of a consumer group, batches across partitions, one in
 * flight, offsets committed after the function has taken them.
 *
 * ```
 * join ──► read the partitions that are mine ──► buffer ──► batch in flight ──► commit
 *   ▲                                                                            │
 *   └────────── handed out anew: forget what was read, begin at what was committed ◄┘
 * ```
 */
export class KafkaEventSource implements LocalEventSource {
  readonly #props: KafkaEventSourceProps;
  readonly #limits: EventSourceSettings['limits'];
  #buffer: PolledRecord[] = [];
  #sizes: number[] = [];
  #oldestAtMs = 0;
  /** By partition: the next offset to be read. */
  #positions = new Map<number, bigint>();
  #inFlight = 0;
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();
  #member: GroupMember | undefined;

  constructor(props: KafkaEventSourceProps) {
    this.#props = props;
    const frame = JSON.stringify(eventOf(props.topic, props.connection.brokers.join(), [])).length + props.partitions * (props.topic.length + 20);
    this.#limits = { ...props.limits, maxPayloadBytes: props.limits.maxPayloadBytes - frame };
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
  }

  get pending(): number {
    return this.#buffer.length + this.#inFlight;
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
      const [ranges, committed] = await Promise.all([member.reader.ranges(this.#props.topic, all), member.committed(all)]);
      return [...ranges].every(([partition, { start, stableEnd }]) => start === stableEnd || (committed.get(partition) ?? -1n) >= stableEnd);
    } catch (error) {
      this.#props.failed(new Error(`the group cannot be asked how far it is: ${messageOf(error)}`, { cause: error }));
      return false;
    }
  }

  async #run(): Promise<void> {
    const { connection, groupId, topic, failed } = this.#props;
    while (!this.#stopped) {
      const member = new GroupMember(connection, groupId, topic, failed);
      try {
        await member.join();
        this.#member = member;
        while (!this.#stopped) await this.#generation(member);
      } catch (error) {
        if (isKind(error, 'invalid')) throw error;
        if (!this.#stopped) failed(new Error(`topic ${topic} cannot be read: ${messageOf(error)}`, { cause: error }));
      } finally {
        this.#member = undefined;
        await member.leave().catch(failed);
      }
      if (!this.#stopped) await sleep(RETRY_MS);
    }
  }

  /** From one handing out of the partitions to the next. */
  async #generation(member: GroupMember): Promise<void> {
    const { generation, partitions } = member;
    this.#buffer = [];
    this.#sizes = [];
    this.#positions = await this.#begin(member, partitions);
    while (!this.#stopped && member.generation === generation) {
      const length = batchLength(this.#sizes, performance.now() - this.#oldestAtMs, this.#limits);
      if (length > 0) await this.#handOver(member, length);
      else if (this.#positions.size > 0) await this.#fill(member);
      else await sleep(RETRY_MS); // there are more members than partitions
    }
  }

  async #begin(member: GroupMember, partitions: readonly number[]): Promise<Map<number, bigint>> {
    if (partitions.length === 0) return new Map();
    const [ranges, committed] = await Promise.all([member.reader.ranges(this.#props.topic, partitions), member.committed(partitions)]);
    return new Map(partitions.map((partition) => [partition, committed.get(partition) ?? ranges.get(partition)?.start ?? 0n]));
  }

  async #fill(member: GroupMember): Promise<void> {
    const { topic, failed } = this.#props;
    for (const [partition, { records, next, isOutOfRange }] of await member.reader.read(topic, this.#positions)) {
      if (isOutOfRange) {
        const start = (await member.reader.ranges(topic, [partition])).get(partition)?.start ?? 0n;
        failed(new Error(`partition ${partition} of ${topic} has no offset ${this.#positions.get(partition)}: it is read from ${start} on, as from TRIM_HORIZON`));
        this.#positions.set(partition, start);
        continue;
      }
      if (this.#buffer.length === 0) this.#oldestAtMs = performance.now();
      for (const record of records) {
        const one = polled(topic, partition, record);
        this.#buffer.push(one);
        this.#sizes.push(one.bytes);
      }
      const isIdle = records.length === 0 && next > (this.#positions.get(partition) ?? next);
      this.#positions.set(partition, next);
      if (isIdle && this.#buffer.length === 0) await member.commit(new Map([[partition, next]])); // markers only
    }
  }

  async #handOver(member: GroupMember, length: number): Promise<void> {
    const { topic, connection, invoke, failed } = this.#props;
    const batch = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    this.#sizes = this.#sizes.slice(length);
    this.#inFlight = length;
    this.#oldestAtMs = performance.now();
    const shape = {
      event: (records: readonly PolledRecord[]) => eventOf(topic, connection.brokers.join(), records),
      remaining: (records: readonly PolledRecord[], response: unknown) => remainingOf(topic, records, response),
    };
    const taken = await deliver(batch, shape, { invoke, failed, stopped: () => this.#stopped, sleep });
    this.#inFlight = 0;
    if (taken) await member.commit(this.#taken(batch));
  }

  /** Where the group goes on after this batch: at what is buffered still, or behind all that was read. */
  #taken(batch: readonly PolledRecord[]): Map<number, bigint> {
    const offsets = new Map<number, bigint>();
    for (const { partition } of batch) offsets.set(partition, this.#positions.get(partition) ?? 0n);
    for (const { partition, offset } of [...this.#buffer].reverse()) if (offsets.has(partition)) offsets.set(partition, offset);
    return offsets;
  }
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, durationMs));
}
