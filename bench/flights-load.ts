import type { KinesisStreamEvent } from 'aws-lambda';
import { decodeKinesisEvent } from '../adapters/kinesis/decode-event.ts';
import { sourceBatches } from '../adapters/kinesis/source-batches.ts';
import { MAX_HASH } from '../engine/codec/key-hash.ts';
import type { SourcePartition, SourceRecord } from '../engine/record.ts';
import { flightsInput } from '../local/inputs/flights.ts';
import { recordsByShard } from '../test/verify/records-by-shard.ts';

/** One invocation of the function. */
export interface Invocation {
  readonly partition: SourcePartition;
  readonly event: KinesisStreamEvent;
}

/** Real flights as Lambda hands them over: one shard per event, the bytes in base64. */
export async function flightsLoad({
  records,
  shards,
  batchSize,
  stream = { pipeline: 'flights', source: 'departures' },
}: {
  readonly records: number;
  readonly shards: number;
  readonly batchSize: number;
  /** @default that of the pipeline flights */
  readonly stream?: Pick<SourcePartition, 'pipeline' | 'source'>;
}): Promise<Invocation[]> {
  const invocations: Invocation[] = [];
  for (const [partition, all] of await recordsByShard({ input: flightsInput(), records, shards }, stream)) {
    for (let from = 0; from < all.length; from += batchSize) {
      invocations.push({
        partition,
        event: { Records: all.slice(from, from + batchSize).map((record) => eventRecord(partition, record)) },
      });
    }
  }
  return invocations;
}

/** Of a stream with more than one shard, so that keys are hashed. */
const RANGE = { fromHash: 0n, toHash: MAX_HASH - 1n };

/** An event as the function takes it apart. */
export function batchesOf(event: KinesisStreamEvent): Array<readonly SourceRecord[]> {
  return decodeKinesisEvent(event).flatMap(({ records }) => [...sourceBatches(records, RANGE)]);
}

/** Sequence numbers are as long as Kinesis makes them. */
export function eventRecord(
  { source, partition }: SourcePartition,
  { offset, partitionKey, arrivalTimeMs, data }: SourceRecord,
): KinesisStreamEvent['Records'][number] {
  const sequenceNumber = `49590338271490256608559692538361571095921${String(offset).padStart(15, '0')}`;
  return {
    awsRegion: 'us-east-1',
    eventID: `${partition}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${source}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/bench',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      approximateArrivalTimestamp: arrivalTimeMs / 1_000,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    },
  };
}
