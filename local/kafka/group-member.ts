import { Consumer } from '@platformatic/kafka';
import { clientOptions, type KafkaConnection } from '../../adapters/kafka/connection.ts';
import { KafkaReader } from '../../adapters/kafka/reader.ts';

const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 500;
const LEAVE_WAIT_MS = 1_000;

/** One member of a consumer group: its share of the partitions, and the offsets up to which the group has got. */
export class GroupMember {
  readonly reader: KafkaReader;
  readonly #consumer: Consumer;
  readonly #topic: string;
  #generation = 0;
  #leaving: Promise<void> | undefined;

  /** @param failed told about what goes wrong between two calls, until the member leaves */
  constructor(connection: KafkaConnection, groupId: string, topic: string, failed: (error: unknown) => void) {
    this.#topic = topic;
    this.#consumer = new Consumer({
      ...clientOptions(connection),
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: 2 * SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
    });
    this.reader = new KafkaReader(this.#consumer);
    this.#consumer.topics.track(topic);
    this.#consumer.on('consumer:group:join', () => this.#generation++);
    this.#consumer.on('error', (error) => {
      if (this.#leaving === undefined) failed(error);
    });
  }

  /** Counts the times that partitions were handed out: after each, what was read before is not this member's any more. */
  get generation(): number {
    return this.#generation;
  }

  get partitions(): readonly number[] {
    return this.#consumer.assignments?.find(({ topic }) => topic === this.#topic)?.partitions ?? [];
  }

  async join(): Promise<void> {
    await this.#consumer.joinGroup({});
  }

  /** By partition: the offset that the group goes on from; none for a partition of which it has not taken anything. */
  async committed(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const offsets = await this.#consumer.listCommittedOffsets({
      topics: [{ topic: this.#topic, partitions: [...partitions] }],
    });
    // The client puts each offset at the number of its partition, whatever was asked for and in whichever order.
    const byPartition = offsets.get(this.#topic) ?? [];
    return new Map(
      partitions.flatMap((partition) => {
        const offset = byPartition[partition] ?? -1n;
        return offset >= 0n ? [[partition, offset]] : [];
      }),
    );
  }

  /** @throws when another generation has begun: whoever has the partition now reads on from what was committed before */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    await this.#consumer.commit({
      offsets: [...offsets].map(([partition, offset]) => ({ topic: this.#topic, partition, offset, leaderEpoch: -1 })),
    });
  }

  /**
   * Leaves the group, whatever is under way, and lets go of the brokers. Their answer is waited for a moment: with it the
   * others have the partitions at once, without it when the session times out.
   */
  leave(): Promise<void> {
    return (this.#leaving ??= this.#leave());
  }

  /**
   * The client ends a membership in `leaveGroup` only. One that is closed while it joins completes the join afterwards, and
   * sends heartbeats into closed connections for as long as the process lives.
   */
  async #leave(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise((done) => {
      timer = setTimeout(done, LEAVE_WAIT_MS);
      this.#consumer.leaveGroup(true, done); // a failure changes nothing: the session times out
    });
    clearTimeout(timer);
    await this.#consumer.close(true).catch(() => this.#consumer.connections.close()); // a refused goodbye keeps them open
  }
}
