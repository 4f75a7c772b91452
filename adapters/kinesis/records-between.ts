import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  InvalidArgumentException,
  type GetRecordsCommandOutput,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { Offset } from '../../engine/record.ts';
import { NOTHING_BETWEEN, withRecord, type RecordsBetween } from '../shared/records-between.ts';
import { arnOf, referenceTo, startAfter, type StreamReference } from './stream-reference.ts';

/** Of a shard that Lambda reads too: it shares five reads a second with it. */
const MAX_READS = 50;
const RECORDS_PER_READ = 1_000;
/** Empty answers at the newest record, one after the other, that count as having read all. */
const CAUGHT_UP = 2;

/**
 * Counts the records of a shard between two offsets, both left out.
 *
 * @param stream ARN or name
 * @param maxReads after which it stops counting
 * @throws STREAM_UNAVAILABLE (unavailable)
 */
export async function recordsBetween(
  client: KinesisClient,
  stream: string,
  shard: string,
  after: Offset,
  before: Offset,
  maxReads = MAX_READS,
): Promise<RecordsBetween> {
  const reference = referenceTo(stream);
  try {
    const begin = await client.send(new GetShardIteratorCommand(startAfter(reference, shard, after)));
    let found = NOTHING_BETWEEN;
    let iterator = begin.ShardIterator;
    for (let reads = 0, caughtUp = 0; iterator !== undefined && caughtUp < CAUGHT_UP; reads++) {
      if (reads === maxReads)
        return { ...found, isAll: false, isFollowed: await isThere(client, reference, shard, before) };
      const read = new GetRecordsCommand({ ...arnOf(reference), ShardIterator: iterator, Limit: RECORDS_PER_READ });
      const { Records = [], MillisBehindLatest, NextShardIterator } = await client.send(read);
      for (const { SequenceNumber = '', ApproximateArrivalTimestamp } of Records) {
        if (BigInt(SequenceNumber) >= before) return { ...found, isFollowed: true };
        found = withRecord(found, ApproximateArrivalTimestamp?.getTime() ?? 0);
      }
      caughtUp = Records.length === 0 && MillisBehindLatest === 0 ? caughtUp + 1 : 0;
      iterator = NextShardIterator;
    }
    return found;
  } catch (cause) {
    const cure = 'grant kinesis:GetShardIterator and kinesis:GetRecords, or try again';
    const text = `stream ${stream} must give the records of ${shard}, got ${messageOf(cause)}; ${cure}`;
    throw new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', text, { cause });
  }
}

/** Whether the shard has a record of this sequence number. */
export async function isThere(
  client: KinesisClient,
  stream: StreamReference,
  shard: string,
  offset: Offset,
): Promise<boolean> {
  const type = 'AT_SEQUENCE_NUMBER';
  const place = { ...stream, ShardId: shard, ShardIteratorType: type, StartingSequenceNumber: String(offset) } as const;
  try {
    let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(place));
    // Kinesis may give an empty answer on the way to a record.
    for (let reads = 0; iterator !== undefined && reads < CAUGHT_UP; reads++) {
      const read = new GetRecordsCommand({ ...arnOf(stream), ShardIterator: iterator, Limit: 1 });
      const { Records = [], NextShardIterator }: GetRecordsCommandOutput = await client.send(read);
      if (Records.length > 0) return Records.some(({ SequenceNumber = '' }) => BigInt(SequenceNumber) === offset);
      iterator = NextShardIterator;
    }
    return false;
  } catch (error) {
    // What is no sequence number of this shard.
    if (error instanceof InvalidArgumentException) return false;
    throw error;
  }
}
