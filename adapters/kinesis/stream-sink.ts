import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { KinesisClient, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { isKind } from '../../engine/errors.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { awsFailure } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { callsOf } from '../shared/calls.ts';
import { resultLine } from '../shared/lines.ts';
import { referenceTo } from './stream-reference.ts';
import { putEntries } from '../shared/put-entries.ts';
import type { Refusal } from '../shared/put-entries.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';

export interface StreamSinkProps {
  readonly client: KinesisClient;
  /** ARN, or name in the account and region of the client. */
  readonly stream: string;
  /** Gets the results that are too large for a record (PL-15). */
  readonly oversized: Sink;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** For each call: repeating one is harmless, since readers drop repeats by id. @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/** What one PutRecords takes; some of its 5 MiB is left for the envelope. */
const CALL_LIMITS = Object.freeze({ entries: 500, bytes: 5_000_000 });
/** A record with its partition key [bytes]. */
const MAX_RECORD_BYTES = 1_048_576;
/** A partition key has no more characters. */
const MAX_KEY_LENGTH = 256;

/**
 * Results into a Kinesis stream as JSON, every firing, the key as the partition key: at least once, each with its
 * deterministic id (PL-17). A record that was refused comes after its successors, so readers go by `logEpochMs` and
 * `revision`, not by order.
 */
export class StreamSink implements Sink {
  readonly name = 'stream';
  readonly #props: Required<StreamSinkProps>;

  constructor({ clock = SYSTEM_CLOCK, backOff = DEFAULT_BACK_OFF, ...props }: StreamSinkProps) {
    this.#props = { ...props, clock, backOff };
  }

  /** @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when Kinesis will never take it */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { partition: { pipeline }, epochMs, outbox: { results } } = delivery;
    const entries: PutRecordsRequestEntry[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const Data = Buffer.from(resultLine(pipeline, row, epochMs));
      const entry = { PartitionKey: row.key.slice(0, MAX_KEY_LENGTH) || ' ', Data };
      if (entryBytes(entry) > MAX_RECORD_BYTES) oversized.push(row);
      else entries.push(entry);
    }
    // One call after the other: the revisions of a key keep their order unless a record is refused.
    for (const call of callsOf(entries, entryBytes, CALL_LIMITS)) await this.#put(call);
    if (oversized.length > 0) await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    return { rows: results.length, writeUnits: 0 };
  }

  async #put(entries: readonly PutRecordsRequestEntry[]): Promise<void> {
    const { stream, clock, backOff } = this.#props;
    try {
      await putEntries(entries, { send: (some) => this.#send(some), clock, backOff, sink: this.name });
    } catch (error) {
      if (isKind(error, 'unavailable')) throw error;
      throw awsFailure(error, { code: 'SINK', action: `put ${entries.length} records`, resource: `stream ${stream}`, context: { sink: this.name } });
    }
  }

  async #send(entries: readonly PutRecordsRequestEntry[]): Promise<{ refusal: Refusal }[]> {
    const { client, stream } = this.#props;
    const { Records = [] } = await client.send(new PutRecordsCommand({ ...referenceTo(stream), Records: [...entries] }));
    return Records.map(({ ErrorCode, SequenceNumber }) => ({ refusal: SequenceNumber === undefined ? (ErrorCode ?? 'no sequence number') : undefined }));
  }
}

function entryBytes({ Data, PartitionKey = '' }: PutRecordsRequestEntry): number {
  return (Data?.byteLength ?? 0) + Buffer.byteLength(PartitionKey);
}
