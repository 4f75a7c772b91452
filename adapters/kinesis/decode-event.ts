import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { TidemarkError } from '../../engine/errors.ts';
import type { SourceRecord } from '../../engine/record.ts';

/** The records of one shard in one invocation. */
export interface ShardRecords {
  readonly streamArn: string;
  readonly streamName: string;
  /** e.g. `shardId-000000000000` */
  readonly shardId: string;
  readonly records: readonly SourceRecord[];
}

interface Shard {
  readonly streamArn: string;
  readonly shardId: string;
  readonly records: SourceRecord[];
}

/**
 * Lambda's Kinesis event by shard. Lambda sends one shard per event; the shard's name stands in each record's id only.
 *
 * @throws EVENT_MALFORMED (internal) when this is no Kinesis event, or a shard's records do not ascend
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export function decodeKinesisEvent(event: KinesisStreamEvent): ShardRecords[] {
  const records: readonly KinesisStreamRecord[] = Array.isArray(event?.Records) ? event.Records : [];
  if (records.length === 0) throw malformed('an event with Records', typeof event);
  const byShard = new Map<string, Shard>();
  let shard: Shard | undefined;
  for (const record of records) {
    const { eventID, eventSourceARN, kinesis } = record;
    const colon = typeof eventID === 'string' ? eventID.lastIndexOf(':') : -1;
    if (colon < 1 || typeof eventSourceARN !== 'string' || typeof kinesis?.sequenceNumber !== 'string') {
      throw malformed(
        'eventID, eventSourceARN and kinesis in each record',
        JSON.stringify(Object.keys(Object(record))),
      );
    }
    const shardId = eventID.slice(0, colon);
    const streamArn = withoutConsumer(eventSourceARN);
    // Nearly always all records are of one shard.
    if (shard === undefined || shard.shardId !== shardId || shard.streamArn !== streamArn) {
      const id = `${streamArn}:${shardId}`;
      shard = byShard.get(id) ?? { streamArn, shardId, records: [] };
      byShard.set(id, shard);
    }
    const decoded = decodeRecord(kinesis);
    const last = shard.records.at(-1);
    if (last !== undefined && decoded.offset <= last.offset)
      throw malformed(`a sequence number above ${last.offset}`, String(decoded.offset));
    shard.records.push(decoded);
  }
  return [...byShard.values()].map((found) => ({
    ...found,
    streamName: found.streamArn.slice(found.streamArn.lastIndexOf('/') + 1),
  }));
}

/**
 * The stream that an event comes from: with enhanced fan-out its source is a consumer of the stream.
 *
 * @example withoutConsumer('arn:aws:kinesis:us-east-1:1:stream/orders/consumer/tidemark:1700000000') // '…:stream/orders'
 */
export function withoutConsumer(arn: string): string {
  return arn.includes('/consumer/') ? arn.slice(0, arn.indexOf('/consumer/')) : arn;
}

function decodeRecord({
  sequenceNumber,
  partitionKey,
  approximateArrivalTimestamp,
  data,
}: KinesisStreamRecord['kinesis']): SourceRecord {
  if (!/^\d{1,128}$/.test(sequenceNumber))
    throw malformed('a decimal sequence number', JSON.stringify(String(sequenceNumber).slice(0, 40)));
  if (!Number.isFinite(approximateArrivalTimestamp))
    throw malformed('a time of arrival in each record', typeof approximateArrivalTimestamp);
  return {
    offset: BigInt(sequenceNumber),
    subSequence: 0,
    partitionKey,
    arrivalTimeMs: Math.round(approximateArrivalTimestamp * 1_000),
    data: Buffer.from(data, 'base64'),
  };
}

function malformed(rule: string, got: string): TidemarkError {
  return new TidemarkError(
    'internal',
    'EVENT_MALFORMED',
    `event must have ${rule}, got ${got}; connect this function to a Kinesis stream only`,
  );
}
