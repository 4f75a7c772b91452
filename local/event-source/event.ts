import type { _Record as KinesisRecord } from '@aws-sdk/client-kinesis';
import type { KinesisStreamRecord } from 'aws-lambda';
import { REGION } from '../aws/clients.ts';

/** Bytes around the records of an event: `{"Records":[]}`. */
export const EVENT_FRAME_BYTES = 14;

/**
 * One record as Lambda hands it over.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-example.html
 */
export function toEventRecord(record: KinesisRecord, shardId: string, streamArn: string): KinesisStreamRecord {
  const data = record.Data ?? new Uint8Array();
  const sequenceNumber = record.SequenceNumber ?? '';
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey ?? '',
      sequenceNumber,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
      approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/tidemark-local',
    awsRegion: REGION,
    eventSourceARN: streamArn,
  };
}

/** Bytes that the record takes inside the JSON of the event, its comma included. */
export function eventBytes(record: KinesisStreamRecord): number {
  const { data, ...small } = record.kinesis;
  return Buffer.byteLength(JSON.stringify({ ...record, kinesis: { ...small, data: '' } })) + data.length + 1;
}
