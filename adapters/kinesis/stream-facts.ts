import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  ResourceNotFoundException,
  type KinesisClient,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import { pageOf, referenceTo, streamNameOf, type StreamReference } from './stream-reference.ts';

/** A shard that the stream still knows. */
export interface ShardFacts {
  readonly name: string;
  /** Takes records; a closed one was split or merged. */
  readonly open: boolean;
}

/** What an operator needs to know of a stream. */
export interface StreamFacts {
  readonly name: string;
  readonly arn: string;
  /** Creation time in ms, as text: the incarnation in its logs' names (PL-11). */
  readonly incarnation: string;
  readonly retentionHours: number;
  readonly encrypted: boolean;
  /** Of KMS, as the stream names it, e.g. `alias/aws/kinesis`. */
  readonly keyId: string | undefined;
  /** Largest record that it takes; undefined when the service does not say. */
  readonly maxRecordKiB: number | undefined;
  /** `AUTO` ignores partition keys; undefined when the service does not say. */
  readonly distribution: string | undefined;
  /** By name. */
  readonly shards: readonly ShardFacts[];
}

/**
 * Describes a stream without changing it.
 *
 * @param stream its name, or its ARN: the only way to a stream of another account
 * @returns undefined when there is no such stream
 * @throws STREAM_UNAVAILABLE (unavailable)
 */
export async function describeStream(client: KinesisClient, stream: string): Promise<StreamFacts | undefined> {
  const reference = referenceTo(stream);
  try {
    const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand(reference));
    if (summary?.StreamCreationTimestamp === undefined) throw new Error('no creation time in the answer');
    return {
      name: streamNameOf(stream),
      arn: summary.StreamARN ?? '',
      incarnation: String(summary.StreamCreationTimestamp.getTime()),
      retentionHours: summary.RetentionPeriodHours ?? 0,
      encrypted: summary.EncryptionType === 'KMS',
      keyId: summary.KeyId,
      maxRecordKiB: summary.MaxRecordSizeInKiB,
      distribution: summary.RecordDistributionStrategy,
      shards: await listShards(client, reference),
    };
  } catch (cause) {
    if (cause instanceof ResourceNotFoundException) return undefined;
    throw new TidemarkError(
      'unavailable',
      'STREAM_UNAVAILABLE',
      `stream ${stream} must describe itself, got ${messageOf(cause)}; grant kinesis:DescribeStreamSummary and kinesis:ListShards, or try again`,
      { cause },
    );
  }
}

async function listShards(client: KinesisClient, stream: StreamReference): Promise<ShardFacts[]> {
  const shards: ShardFacts[] = [];
  let next: string | undefined;
  do {
    const page: ListShardsCommandOutput = await client.send(new ListShardsCommand(pageOf(stream, next)));
    for (const { ShardId = '', SequenceNumberRange } of page.Shards ?? []) {
      shards.push({ name: ShardId, open: SequenceNumberRange?.EndingSequenceNumber === undefined });
    }
    next = page.NextToken;
  } while (next !== undefined);
  return shards.sort((a, b) => (a.name < b.name ? -1 : 1));
}
