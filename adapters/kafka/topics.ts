import { Consumer } from '@platformatic/kafka';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Clock, Lineage, NamedSource, Remaining, ShardCatalog } from '../../engine/ports.ts';
import type { Offset, SourcePartition } from '../../engine/record.ts';
import { requireUnchanged } from '../../engine/require-unchanged.ts';
import type { RecordsBetween } from '../shared/records-between.ts';
import { clientOptions, failureText, isCutOff, type Connect } from './connection.ts';
import { identityOf } from './identity.ts';
import { isExpired } from './expired.ts';
import { KafkaReader, type PartitionRange, type PartitionRead } from './reader.ts';
import { recordsBetween } from './records-between.ts';
import { firstBetween } from './skipped.ts';

/** How long an answer holds. Short: a topic may be deleted and made again. */
const VALID_MS = 1_000;
/** Fetches that are followed before the question is left for later. */
const MAX_READS = 50;

export interface Topic {
  /** Another one for a topic of the same name that was deleted and made again (PL-11); `NO_TOPIC_ID` where nobody can tell. */
  readonly id: string;
  readonly partitions: number;
}

/** What a cluster says of its topics. Kafka's partitions never split: none has parents, and each may hold any hash. */
export class KafkaTopics implements ShardCatalog {
  readonly #connect: Connect;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly topic: Topic; readonly untilMs: number }>();
  /** undefined: the next call opens one. */
  #client: Promise<Consumer> | undefined;

  constructor(connect: Connect, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** @throws TOPIC_UNAVAILABLE (unavailable) */
  async describe(name: string): Promise<Topic> {
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > this.#clock.nowMs()) return known.topic;
    return this.#ask(name);
  }

  async shards({ source, incarnation }: NamedSource): Promise<ReadonlyMap<string, Lineage>> {
    const { partitions } =
      incarnation === undefined ? await this.describe(source) : await this.#requireId(source, incarnation);
    return new Map(
      Array.from({ length: partitions }, (_, partition) => [
        String(partition),
        { fromHash: 0n, toHash: MAX_HASH, parents: [] },
      ]),
    );
  }

  /**
   * Reads on from `after` to the end that readers of committed records see. An open transaction is not drained.
   *
   * @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable)
   */
  async remaining(partition: SourcePartition, after: Offset, digest?: number): Promise<Remaining> {
    const { start, end, stableEnd } = await this.#requireRange(partition, after);
    if (stableEnd < end) return 'records';
    let from = after + 1n > start ? after + 1n : start;
    for (let reads = 0; from < end && reads < MAX_READS; reads++) {
      const read = await this.#read(partition, from);
      if (read.records.length > 0 || read.isOutOfRange) return 'records';
      from = read.next;
    }
    if (from < end) return 'records';
    await this.#requireUnchanged(partition, after, digest, start);
    return 'none yet';
  }

  /** @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable) */
  async confirm(partition: SourcePartition, reached: Offset, digest?: number): Promise<void> {
    const { start } = await this.#requireRange(partition, reached);
    await this.#requireUnchanged(partition, reached, digest, start);
  }

  /**
   * Between offsets that follow each other nothing is read: see `firstBetween` for what else may lie there.
   *
   * @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable)
   */
  async skipped(
    partition: SourcePartition,
    after: Offset,
    before: Offset,
    digest?: number,
  ): Promise<Offset | undefined> {
    if (digest === undefined && after + 1n >= before) return undefined;
    const { start } = await this.#requireRange(partition, after);
    await this.#requireUnchanged(partition, after, digest, start);
    return firstBetween(after, before, start, (from) => this.#read(partition, from));
  }

  /**
   * Offsets are dense, so the beginning of the partition tells: see `isExpired` for when it does not.
   *
   * @throws OFFSETS_RAN_BACKWARDS (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable)
   */
  async expired(partition: SourcePartition, after: Offset, before: Offset): Promise<boolean> {
    if (after + 1n >= before) return false;
    const { start } = await this.#requireRange(partition, after);
    return isExpired(after, start, (from) => this.#read(partition, from));
  }

  /** What has expired leaves a gap in front of the partition's beginning: see `expired`. */
  async retentionMs(): Promise<undefined> {}

  /** @throws OFFSETS_RAN_BACKWARDS (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable) */
  async stillHas(partition: SourcePartition, offset: Offset): Promise<boolean> {
    const { start } = await this.#requireRange(partition, offset);
    return start <= offset;
  }

  /**
   * Counts the records between two offsets, both left out, as readers of committed records see them.
   *
   * @throws OFFSETS_RAN_BACKWARDS (internal), TOPIC_RECREATED, TOPIC_UNAVAILABLE (unavailable)
   */
  async between(partition: SourcePartition, after: Offset, before: Offset): Promise<RecordsBetween> {
    const range = await this.#requireRange(partition, after);
    return recordsBetween(after, before, range, (from) => this.#read(partition, from));
  }

  /**
   * Those of the records that readers of committed records see: none of a transaction that was aborted.
   *
   * @param records of the partition, ascending, whoever has read them
   * @throws TRANSACTION_OPEN, OFFSETS_GONE, TOPIC_UNAVAILABLE (unavailable)
   */
  async committed<R extends { readonly offset: Offset }>(
    partition: SourcePartition,
    records: readonly R[],
  ): Promise<R[]> {
    const last = records.at(-1)?.offset ?? -1n;
    const seen = new Set<Offset>();
    for (let from = records[0]?.offset ?? 0n; from <= last;) {
      const read = await this.#read(partition, from);
      if (read.isOutOfRange)
        throw unsettled(
          'OFFSETS_GONE',
          partition,
          last,
          'the topic has none of it any more, so nobody can tell whether it was committed; a longer retention gives it time',
        );
      if (read.next === from && read.stableEnd <= last)
        throw unsettled(
          'TRANSACTION_OPEN',
          partition,
          last,
          'a transaction before it is neither committed nor aborted; the batch comes again until it is',
        );
      for (const { offset } of read.records) seen.add(offset);
      from = read.next;
    }
    return records.filter(({ offset }) => seen.has(offset));
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client)?.close();
  }

  /** Where the partition begins and ends, once it is sure that the end is not below what was reached (PL-11). */
  async #requireRange(partition: SourcePartition, reached: Offset): Promise<PartitionRange> {
    const { source, incarnation } = partition;
    await this.#requireId(source, incarnation);
    const index = Number(partition.partition);
    const range = await this.#call(source, `tell the offsets of partition ${index}`, async (client) =>
      (await new KafkaReader(client).ranges(source, [index])).get(index),
    );
    if (range !== undefined && range.end > reached) return range;
    throw new TidemarkError(
      'internal',
      'OFFSETS_RAN_BACKWARDS',
      `partition ${partition.partition} of topic ${source} must end above offset ${reached}, which has been counted, got end ${range?.end}; records were lost by the cluster (unclean leader election, restored disk): make the topic anew, or start over under a new pipeline name`,
    );
  }

  /** The topic as it is now, which is no other of its name. */
  async #requireId(source: string, incarnation: string): Promise<Topic> {
    const topic = await this.#ask(source);
    if (topic.id === incarnation) return topic;
    const text = `topic ${source} must have the id ${incarnation}, got ${topic.id}`;
    throw new TidemarkError(
      'unavailable',
      'TOPIC_RECREATED',
      `${text}; it was made again, the next invocation begins its logs`,
    );
  }

  /** The record at `reached` is still the one that was counted, unless retention or compaction has removed it. */
  async #requireUnchanged(partition: SourcePartition, reached: Offset, digest: number | undefined, start: Offset) {
    if (digest === undefined || reached < start) return;
    const {
      records: [found],
    } = await this.#read(partition, reached);
    requireUnchanged(
      partition,
      { reached, reachedDigest: digest },
      found === undefined ? undefined : identityOf(found),
    );
  }

  /** It asks and fetches only: the group is never joined. */
  async #open(): Promise<Consumer> {
    try {
      return new Consumer({ ...clientOptions(await this.#connect()), groupId: 'tidemark-facts' });
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  async #ask(name: string): Promise<Topic> {
    return this.#call(name, 'describe itself', async (client) => {
      const metadata = await client.metadata({ topics: [name], forceUpdate: true });
      const found = metadata.topics.get(name);
      if (found === undefined) throw new Error('no such topic in the answer');
      const topic = { id: found.id, partitions: found.partitionsCount };
      this.#known.set(name, { topic, untilMs: this.#clock.nowMs() + VALID_MS });
      return topic;
    });
  }

  async #read({ source, partition }: SourcePartition, from: Offset): Promise<PartitionRead> {
    const index = Number(partition);
    return this.#call(source, `give the records of partition ${index}`, async (client) => {
      const read = (await new KafkaReader(client).read(source, new Map([[index, from]]))).get(index);
      if (read === undefined) throw new Error('nothing of it in the answer');
      return read;
    });
  }

  async #call<T>(topic: string, what: string, ask: (client: Consumer) => Promise<T>): Promise<T> {
    try {
      return await ask(await (this.#client ??= this.#open()));
    } catch (cause) {
      if (cause instanceof TidemarkError) throw cause;
      if (isCutOff(cause)) await this.close().catch(() => undefined); // the failure itself is thrown; the next call comes with new credentials
      throw new TidemarkError(
        'unavailable',
        'TOPIC_UNAVAILABLE',
        `topic ${topic} must ${what}, got ${failureText(cause)}; see whether it exists, the brokers can be reached and let this client in; it is asked again`,
        { cause },
      );
    }
  }
}

function unsettled(code: string, { source, partition }: SourcePartition, last: Offset, why: string): TidemarkError {
  return new TidemarkError(
    'unavailable',
    code,
    `partition ${partition} of topic ${source} must be settled up to offset ${last}, got less: ${why}`,
  );
}
