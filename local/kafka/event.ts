import type { KafkaEvent, KafkaEventRecord } from '../../adapters/kafka/decode-event.ts';
import type { CommittedRecord } from '../../adapters/kafka/committed.ts';

/** A record on its way to the function, and where it is from. */
export interface PolledRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly event: KafkaEventRecord;
  /** Bytes that it takes inside the JSON of the event. */
  readonly bytes: number;
}

/** One record as Lambda hands it over. @see https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html */
export function polled(
  topic: string,
  partition: number,
  { offset, key, value, headers, timestampMs, timestampType }: CommittedRecord,
): PolledRecord {
  const event: KafkaEventRecord = {
    topic,
    partition,
    offset: Number(offset),
    timestamp: timestampMs,
    timestampType,
    key: key === null ? null : key.toString('base64'),
    value: value === null ? null : value.toString('base64'),
    headers: headers.map(([name, bytes]) => ({ [(name ?? '').toString()]: [...new Int8Array(bytes ?? [])] })),
  };
  return { partition, offset, event, bytes: JSON.stringify(event).length + 1 };
}

/** The event of one invocation: the records of each partition in their order. */
export function eventOf(
  topic: string,
  bootstrapServers: string,
  records: readonly PolledRecord[],
): KafkaEvent & { readonly bootstrapServers: string } {
  const byPartition: Record<string, KafkaEventRecord[]> = {};
  for (const { partition, event } of records) (byPartition[`${topic}-${partition}`] ??= []).push(event);
  return { eventSource: 'SelfManagedKafka', bootstrapServers, records: byPartition };
}

/**
 * What is handed over again after a partial response: of each partition that is named, the records from that offset on.
 * No response, or an empty list, means that all is well; a name or offset that is not in the batch, that nothing is.
 */
export function remainingOf(
  topic: string,
  records: readonly PolledRecord[],
  response: unknown,
): readonly PolledRecord[] {
  const failures =
    (
      response as
        | { batchItemFailures?: ReadonlyArray<{ itemIdentifier?: { partition?: unknown; offset?: unknown } }> }
        | null
        | undefined
    )?.batchItemFailures ?? [];
  const from = new Map<number, bigint>();
  for (const { itemIdentifier } of failures) {
    const known = records.find(
      ({ partition, offset }) =>
        itemIdentifier?.partition === `${topic}-${partition}` && itemIdentifier.offset === Number(offset),
    );
    if (known === undefined) return records;
    const lowest = from.get(known.partition);
    if (lowest === undefined || known.offset < lowest) from.set(known.partition, known.offset);
  }
  return records.filter(({ partition, offset }) => offset >= (from.get(partition) ?? offset + 1n));
}
