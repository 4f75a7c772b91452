import type { MSKEvent, MSKRecord, SelfManagedKafkaEvent } from 'aws-lambda';
import { TidemarkError } from '../../engine/errors.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { headersOf } from './headers.ts';
import { partitionOf } from './partitioner.ts';
import { textOf } from './text.ts';

/** A record as Lambda hands it over. Its types leave out that key and value may be null. */
export type KafkaEventRecord = Omit<MSKRecord, 'key' | 'value' | 'timestampType'> & {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly timestampType: string;
};

export type KafkaEvent = (Pick<MSKEvent, 'eventSource'> | Pick<SelfManagedKafkaEvent, 'eventSource'>) & {
  /** By `topic-partition`. */
  readonly records: Readonly<Record<string, readonly KafkaEventRecord[]>>;
};

/** One partition's records in one invocation. */
export interface PartitionRecords {
  readonly partition: number;
  readonly records: readonly SourceRecord[];
}

export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
  /** What producers choose a key's partition by; `any`: not known, and not checked. */
  readonly partitioner: 'murmur2' | 'any';
  /** The source has a partition key, and it is the record's; else a record's key may be anything, or null. @default true */
  readonly hasKeys?: boolean;
  /** The function's clock when it took the event: no arrival is later [ms since 1970]. */
  readonly nowMs: number;
}

/** What the broker says of a timestamp that it wrote itself; any other is the producer's word. */
const STAMPED_BY_BROKER = 'LOG_APPEND_TIME';

/**
 * Lambda's Kafka event by partition, MSK's and a self-managed cluster's alike. One event may hold many partitions, in
 * no order; the records of each are in order, with gaps where the topic was compacted or a transaction ended.
 *
 * A record that may not be counted is marked with the reason, for the dead letters (PL-15): KEY_MISSING, KEY_NOT_TEXT,
 * KEY_IN_OTHER_PARTITION, TOMBSTONE, TIMESTAMP_MISSING.
 *
 * @throws EVENT_MALFORMED (internal) when this is no Kafka event of the topic, or a partition's records do not ascend
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export function decodeKafkaEvent(event: KafkaEvent, facts: TopicFacts): PartitionRecords[] {
  const parts: unknown[] = Object.values(Object(event?.records));
  if (parts.length === 0) throw malformed('an event with records', typeof event);
  return parts.map((part) => {
    const records = Array.isArray(part) ? (part as readonly KafkaEventRecord[]) : [];
    const partition = records[0]?.partition ?? -1;
    if (!Number.isSafeInteger(partition) || partition < 0)
      throw malformed('records with a partition', JSON.stringify(partition));
    if (partition >= facts.partitions) throw malformed(`a partition below ${facts.partitions}`, String(partition));
    let before = -1;
    return {
      partition,
      records: records.map((record) => {
        if (record.topic !== facts.topic || record.partition !== partition)
          throw malformed(
            `records of ${facts.topic}-${partition} only`,
            JSON.stringify(`${record.topic}-${record.partition}`),
          );
        if (!Number.isSafeInteger(record.offset) || record.offset <= before)
          throw malformed(`an offset above ${before}`, String(record.offset));
        before = record.offset;
        return decodeRecord(record, facts);
      }),
    };
  });
}

/**
 * When the oldest of the records arrived with which the partitions of an event begin: where their group stands. What has no
 * timestamp says nothing; nor does what is no event.
 *
 * @returns [ms since 1970]; undefined when none has a timestamp
 */
export function oldestArrivalMs(event: KafkaEvent): number | undefined {
  const parts: unknown[] = Object.values(Object(event?.records));
  const timestamps = parts.flatMap((part) => (Array.isArray(part) ? [Object(part[0]).timestamp as unknown] : []));
  const known = timestamps.filter((timestamp): timestamp is number => typeof timestamp === 'number' && timestamp >= 0);
  return known.length === 0 ? undefined : Math.min(...known);
}

function decodeRecord(record: KafkaEventRecord, facts: TopicFacts): SourceRecord {
  const key = record.key === undefined || record.key === null ? undefined : Buffer.from(record.key, 'base64');
  const value = record.value === undefined || record.value === null ? undefined : Buffer.from(record.value, 'base64');
  const partitionKey = key === undefined ? undefined : textOf(key);
  const refusal = refusalOf(record, key, partitionKey, value, facts);
  return {
    offset: BigInt(record.offset),
    subSequence: 0,
    partitionKey: partitionKey ?? '',
    ...arrivalOf(record, facts.nowMs),
    data: value ?? new Uint8Array(),
    ...(record.headers?.length > 0 ? { headers: () => headersOf(record.headers) } : {}),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/**
 * A producer may write any timestamp, and a broker's clock may be wrong: none moves time beyond the function's own clock (PL-14).
 * Without a timestamp the record is refused, and kept as of now.
 */
function arrivalOf(
  { timestamp, timestampType }: KafkaEventRecord,
  nowMs: number,
): Pick<SourceRecord, 'arrivalTimeMs' | 'receivedTimeMs'> {
  const arrivalTimeMs = isTimestamp(timestamp) ? Math.min(timestamp, nowMs) : nowMs;
  return timestampType === STAMPED_BY_BROKER ? { arrivalTimeMs } : { arrivalTimeMs, receivedTimeMs: nowMs };
}

const isTimestamp = (timestamp: number): boolean => Number.isSafeInteger(timestamp) && timestamp >= 0;

function refusalOf(
  { timestamp, partition }: KafkaEventRecord,
  key: Buffer | undefined,
  text: string | undefined,
  value: Buffer | undefined,
  { partitions, partitioner, hasKeys = true }: TopicFacts,
): TidemarkError | undefined {
  if (value === undefined)
    return refused('TOMBSTONE', 'record must have a value, got null; a deletion is no event, send it to another topic');
  if (key === undefined && hasKeys)
    return refused(
      'KEY_MISSING',
      "record must have a key, got null; use the partition key's field as the record's key",
    );
  if (key !== undefined && text === undefined && hasKeys)
    return refused(
      'KEY_NOT_TEXT',
      `record's key must be UTF-8, got ${key.length} bytes that are not; use the partition key's field as text`,
    );
  if (!isTimestamp(timestamp))
    return refused('TIMESTAMP_MISSING', `record must have a timestamp, got ${timestamp}; use a client that sends one`);
  if (key !== undefined && partitioner === 'murmur2' && partitionOf(key, partitions) !== partition) {
    return refused(
      'KEY_IN_OTHER_PARTITION',
      `key must be in the partition that murmur2 gives it, got partition ${partition} of ${partitions}; let the producer use the default partitioner of Java's client (partitioner=murmur2_random), or say kafka({ partitioner: 'any' })`,
    );
  }
  return undefined;
}

function refused(code: string, text: string): TidemarkError {
  return new TidemarkError('data', code, text);
}

function malformed(rule: string, got: string): TidemarkError {
  return new TidemarkError(
    'internal',
    'EVENT_MALFORMED',
    `event must have ${rule}, got ${got}; connect this function to the pipeline's topic only`,
  );
}
