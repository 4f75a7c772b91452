import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { KinesisClient, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { awsFailure } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { callsOf } from '../shared/calls.ts';
import { resultLine } from '../shared/lines.ts';
import type { Answer } from '../shared/put-entries.ts';
import { putOf, putRows } from '../shared/put-rows.ts';
import type { Packed } from '../shared/put-rows.ts';
import { allSent, requireTaken, sendApart } from '../shared/send-apart.ts';
import type { Outgoing, RefusedTogether, Sent } from '../shared/send-apart.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { referenceTo } from './stream-reference.ts';

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

  /**
   * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when Kinesis takes no record · SINK_REFUSED as
   * RowsRefused when it will never take some, and has the others
   */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const {
      partition: { pipeline },
      epochMs,
      outbox: { results },
    } = delivery;
    const records: Record[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const Data = Buffer.from(resultLine(pipeline, row, epochMs));
      const record = { row, entry: { PartitionKey: partitionKeyOf(row), Data } };
      if (recordBytes(record) > MAX_RECORD_BYTES) oversized.push(row);
      else records.push(record);
    }
    const sent: Sent[] = [];
    // One call after the other: the revisions of a key keep their order unless a record is refused.
    for (const call of callsOf(records, recordBytes, CALL_LIMITS))
      sent.push(await sendApart(call, (some) => this.#put(some)));
    if (oversized.length > 0)
      await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    const all = allSent(sent);
    const receipt = { rows: results.length - all.refused.length, writeUnits: 0 };
    return requireTaken(this.name, all, receipt, ({ error }) => awsFailure(error, putOf(this.name, this.#resource, 1)));
  }

  get #resource(): string {
    return `stream ${this.#props.stream}`;
  }

  async #put(records: readonly Record[]): Promise<Array<RefusedTogether<Record>>> {
    const { clock, backOff } = this.#props;
    const packed = records.map((record) => ({ rows: [record] }));
    return putRows<Record, Packed<Record>>(packed, {
      send: (some) => this.#send(some),
      clock,
      backOff,
      sink: this.name,
      resource: this.#resource,
    });
  }

  async #send(packed: ReadonlyArray<Packed<Record>>): Promise<Answer[]> {
    const { client, stream } = this.#props;
    const entries = packed.flatMap(({ rows }) => rows.map(({ entry }) => entry));
    const { Records = [] } = await client.send(new PutRecordsCommand({ ...referenceTo(stream), Records: entries }));
    return Records.map(({ ErrorCode = 'no sequence number', ErrorMessage: text, SequenceNumber }) =>
      SequenceNumber === undefined ? { refusal: ErrorCode, text } : { refusal: undefined },
    );
  }
}

interface Record extends Outgoing {
  readonly entry: PutRecordsRequestEntry;
}

/** A key that is cut within a pair of surrogates, or has one alone, is no text that Kinesis could hash. */
function partitionKeyOf({ key }: ResultRow): string {
  return key.slice(0, MAX_KEY_LENGTH).toWellFormed() || ' ';
}

function recordBytes({ entry: { Data, PartitionKey = '' } }: Record): number {
  return (Data?.byteLength ?? 0) + Buffer.byteLength(PartitionKey);
}
