import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { Offset } from '../../engine/record.ts';
import { arnOf, referenceTo, startAfter } from './stream-reference.ts';

/**
 * How far a reader who has reached `after` is behind the end of the shard [ms]. 0: nothing is left.
 *
 * @param stream ARN or name
 * @throws STREAM_UNAVAILABLE (unavailable)
 */
export async function behindMs(client: KinesisClient, stream: string, shard: string, after: Offset): Promise<number> {
  const reference = referenceTo(stream);
  try {
    const { ShardIterator } = await client.send(new GetShardIteratorCommand(startAfter(reference, shard, after)));
    if (ShardIterator === undefined) return 0;
    const { MillisBehindLatest = 0 } = await client.send(
      new GetRecordsCommand({ ...arnOf(reference), ShardIterator, Limit: 1 }),
    );
    return MillisBehindLatest;
  } catch (cause) {
    throw new TidemarkError(
      'unavailable',
      'STREAM_UNAVAILABLE',
      `stream ${stream} must tell how much is left in ${shard}, got ${messageOf(cause)}; grant kinesis:GetShardIterator and kinesis:GetRecords, or try again`,
      { cause },
    );
  }
}
