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
import type { RecordsBetween } from '../shared/records-between.ts';
import { recordsBetween } from './records-between.ts';
import { arnOf, pageOf, referenceTo, startAfter, type StreamReference } from './stream-reference.ts';

/** Empty answers that are followed before the question is left for later: Kinesis may give some on the way through a shard. */
const MAX_READS = 20;

/**
 * Empty answers at the newest record, one after the other, that count as having caught up. One does not: of a shard that
 * was closed since its last record, only the iterator that comes next says that nothing will ever follow.
 */
const CAUGHT_UP = 2;

/** The shards of a Kinesis stream, and what is left in one. */
export class KinesisShards implements ShardCatalog {
  readonly #client: KinesisClient;
  readonly #stream: string | undefined;

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
      const created = incarnation === undefined ? undefined : await this.#createdAt(stream);
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

  async #createdAt(stream: StreamReference): Promise<string> {
    const { StreamDescriptionSummary } = await this.#client.send(new DescribeStreamSummaryCommand(stream));
    return String(StreamDescriptionSummary?.StreamCreationTimestamp?.getTime());
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
