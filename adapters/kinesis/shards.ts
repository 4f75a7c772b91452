import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
  type ListShardsCommandOutput,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { Lineage, NamedSource, Remaining, ShardCatalog } from '../../engine/ports.ts';
import type { Offset, SourcePartition } from '../../engine/record.ts';
import { hours } from '../../engine/time/duration.ts';
import type { RecordsBetween } from '../shared/records-between.ts';
import { isThere, recordsBetween } from './records-between.ts';
import { arnOf, pageOf, referenceTo, startAfter, type StreamReference } from './stream-reference.ts';

/** Empty answers that are followed before the question is left for later: Kinesis may give some on the way through a shard. */
const MAX_READS = 20;

/**
 * Empty answers at the newest record, one after the other, that count as having caught up. One does not: of a shard that
 * was closed since its last record, only the iterator that comes next says that nothing will ever follow.
 */
const CAUGHT_UP = 2;

/** No stream keeps records for less. */
const SHORTEST_RETENTION_MS = hours(24);
/** A retention that was changed is known after so long. */
const RETENTION_HOLDS_MS = hours(1);

interface Retention {
  readonly retentionMs: number;
  /** By a clock that only runs forward. */
  readonly askedMs: number;
}

/** The shards of a Kinesis stream, and what is left in one. */
export class KinesisShards implements ShardCatalog {
  readonly #client: KinesisClient;
  readonly #stream: string | undefined;
  readonly #retention = new Map<string, Retention>();

  /** @param stream ARN by which calls name the stream @default its name, of the account and region of the client */
  constructor(client: KinesisClient, stream?: string) {
    this.#client = client;
    this.#stream = stream;
  }

  async shards({ source, incarnation }: NamedSource): Promise<ReadonlyMap<string, Lineage>> {
    const stream = this.#referenceTo(source);
    try {
      const shards = new Map<string, Lineage>();
      let next: string | undefined;
      do {
        const page: ListShardsCommandOutput = await this.#client.send(new ListShardsCommand(pageOf(stream, next)));
        for (const shard of page.Shards ?? []) shards.set(shard.ShardId ?? '', lineageOf(shard));
        next = page.NextToken;
      } while (next !== undefined);
      // Asked last: the list is of this incarnation, and whichever comes after it is younger than the epoch of any log.
      const created = incarnation === undefined ? undefined : (await this.#describe(source)).created;
      if (created === incarnation) return shards;
      const text = `stream ${source} must be the one created at ${incarnation}, got one created at ${created}`;
      throw new TidemarkError(
        'unavailable',
        'STREAM_RECREATED',
        `${text}; what is left of the other is not counted any more`,
      );
    } catch (cause) {
      if (cause instanceof TidemarkError) throw cause;
      throw unavailable(source, 'list its shards', cause);
    }
  }

  async #describe(source: string): Promise<Retention & { readonly created: string }> {
    const { StreamDescriptionSummary: summary } = await this.#client.send(
      new DescribeStreamSummaryCommand(this.#referenceTo(source)),
    );
    const retention = { retentionMs: hours(summary?.RetentionPeriodHours ?? 24), askedMs: performance.now() };
    this.#retention.set(source, retention);
    return { ...retention, created: String(summary?.StreamCreationTimestamp?.getTime()) };
  }

  /** Reads on from `after` until there is a record, the end of a closed shard, or proof of having caught up (PL-19, PL-22). */
  async remaining(partition: SourcePartition, after: Offset): Promise<Remaining> {
    const found = await this.#firstAfter(partition, after);
    return typeof found === 'bigint' ? 'records' : found;
  }

  /** Sequence numbers are not dense, so the shard is read: one record behind `after`. */
  async skipped(partition: SourcePartition, after: Offset, before: Offset): Promise<Offset | undefined> {
    const found = await this.#firstAfter(partition, after);
    return typeof found === 'bigint' && found < before ? found : undefined;
  }

  /** Sequence numbers are not dense: what has expired leaves nothing that tells of it. */
  async expired(): Promise<boolean> {
    return false;
  }

  /** Asked of the stream once an hour at most, and of none that was read within the shortest that there is. */
  async retentionMs({ source }: SourcePartition, atMostMs: number): Promise<number | undefined> {
    if (atMostMs < SHORTEST_RETENTION_MS) return undefined;
    const known = this.#retention.get(source);
    const isNew = known !== undefined && performance.now() - known.askedMs < RETENTION_HOLDS_MS;
    try {
      const { retentionMs } = isNew ? known : await this.#describe(source);
      return retentionMs <= atMostMs ? retentionMs : undefined;
    } catch (cause) {
      throw unavailable(source, 'tell its retention', cause);
    }
  }

  async stillHas({ source, partition }: SourcePartition, offset: Offset): Promise<boolean> {
    try {
      return await isThere(this.#client, this.#referenceTo(source), partition, offset);
    } catch (cause) {
      throw unavailable(source, `tell whether ${partition} has its record of ${offset}`, cause);
    }
  }

  /** Counts the records between two offsets, both left out. @throws STREAM_UNAVAILABLE (unavailable) */
  async between({ source, partition }: SourcePartition, after: Offset, before: Offset): Promise<RecordsBetween> {
    return recordsBetween(this.#client, this.#stream ?? source, partition, after, before);
  }

  /** Sequence numbers never run backwards, and none is given twice: the record at `reached` need not be read. */
  async confirm(): Promise<void> {}

  async #firstAfter(
    { source, partition }: SourcePartition,
    after: Offset,
  ): Promise<Offset | Exclude<Remaining, 'records'>> {
    const stream = this.#referenceTo(source);
    try {
      let { ShardIterator: iterator } = await this.#client.send(
        new GetShardIteratorCommand(startAfter(stream, partition, after)),
      );
      let caughtUp = 0;
      for (let reads = 0; iterator !== undefined && reads < MAX_READS; reads++) {
        const {
          Records = [],
          NextShardIterator,
          MillisBehindLatest,
        }: ReadAnswer = await this.#client.send(
          new GetRecordsCommand({ ...arnOf(stream), ShardIterator: iterator, Limit: 1 }),
        );
        if (Records[0] !== undefined) return BigInt(Records[0].SequenceNumber ?? '');
        caughtUp = MillisBehindLatest === 0 ? caughtUp + 1 : 0;
        if (NextShardIterator !== undefined && caughtUp === CAUGHT_UP) return 'none yet';
        iterator = NextShardIterator;
      }
      if (iterator === undefined) return 'ended';
    } catch (cause) {
      throw unavailable(source, `tell what is left in ${partition}`, cause);
    }
    throw unavailable(source, `tell what is left in ${partition}`, new Error(`nothing found in ${MAX_READS} reads`));
  }

  #referenceTo(source: string): StreamReference {
    return referenceTo(this.#stream ?? source);
  }
}

interface ReadAnswer {
  readonly Records?: ReadonlyArray<{ readonly SequenceNumber?: string | undefined }> | undefined;
  readonly NextShardIterator?: string | undefined;
  readonly MillisBehindLatest?: number | undefined;
}

function lineageOf({ HashKeyRange, ParentShardId, AdjacentParentShardId }: Shard): Lineage {
  return {
    fromHash: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    toHash: BigInt(HashKeyRange?.EndingHashKey ?? 0),
    parents: [ParentShardId, AdjacentParentShardId].filter(
      (name): name is string => typeof name === 'string' && name !== '',
    ),
  };
}

function unavailable(stream: string, what: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'unavailable',
    'STREAM_UNAVAILABLE',
    `stream ${stream} must ${what}, got ${messageOf(cause)}; it is asked again`,
    { cause },
  );
}
