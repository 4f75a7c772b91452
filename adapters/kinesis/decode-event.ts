import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { TidemarkError } from '../../engine/errors.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { EventRecord } from './event-record.ts';
import { isAbove, SequenceNumbers } from './sequence-numbers.ts';

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
  readonly records: EventRecord[];
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
  const numbers = new SequenceNumbers();
  let shard: Shard | undefined;
  let sourceArn: string | undefined;
  let idPrefix = '';
  let last: string | undefined;
  for (const record of records) {
    const { eventID, eventSourceARN, kinesis } = record;
    if (
      typeof eventID !== 'string' ||
      typeof eventSourceARN !== 'string' ||
      typeof kinesis?.sequenceNumber !== 'string'
    )
      throw malformedRecord(record);
    // Nearly always all records are of one shard.
    const isOfLast =
      eventSourceARN === sourceArn && eventID.startsWith(idPrefix) && !eventID.includes(':', idPrefix.length);
    if (shard === undefined || !isOfLast) {
      const colon = eventID.lastIndexOf(':');
      if (colon < 1) throw malformedRecord(record);
      sourceArn = eventSourceARN;
      idPrefix = eventID.slice(0, colon + 1);
      const shardId = eventID.slice(0, colon);
      const streamArn = withoutConsumer(eventSourceARN);
      const id = `${streamArn}:${shardId}`;
      shard = byShard.get(id) ?? { streamArn, shardId, records: [] };
      byShard.set(id, shard);
      last = shard.records.at(-1)?.sequenceNumber;
    }
    const decoded = decodeRecord(kinesis, numbers);
    const { sequenceNumber } = decoded;
    if (last !== undefined && !isAbove(sequenceNumber, last))
      throw malformed(`a sequence number above ${last}`, sequenceNumber);
    last = sequenceNumber;
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

function decodeRecord(
  { sequenceNumber, partitionKey, approximateArrivalTimestamp, data }: KinesisStreamRecord['kinesis'],
  numbers: SequenceNumbers,
): EventRecord {
  if (!numbers.isOne(sequenceNumber))
    throw malformed('a decimal sequence number', JSON.stringify(sequenceNumber.slice(0, 40)));
  if (!Number.isFinite(approximateArrivalTimestamp))
    throw malformed('a time of arrival in each record', typeof approximateArrivalTimestamp);
  return new EventRecord(sequenceNumber, partitionKey, Math.round(approximateArrivalTimestamp * 1_000), data);
}

function malformedRecord(record: KinesisStreamRecord): TidemarkError {
  return malformed('eventID, eventSourceARN and kinesis in each record', JSON.stringify(Object.keys(Object(record))));
}

function malformed(rule: string, got: string): TidemarkError {
  return new TidemarkError(
    'internal',
    'EVENT_MALFORMED',
    `event must have ${rule}, got ${got}; connect this function to a Kinesis stream only`,
  );
}
