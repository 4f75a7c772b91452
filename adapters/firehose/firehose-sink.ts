import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { FirehoseClient } from '@aws-sdk/client-firehose';
import { isKind } from '../../engine/errors.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { MAX_LAKE_LINE_BYTES } from '../../engine/value/limits.ts';
import { awsFailure } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { callsOf } from '../shared/calls.ts';
import { resultLine } from '../shared/lines.ts';
import { mapParallel } from '../shared/parallel.ts';
import { putEntries } from '../shared/put-entries.ts';
import type { Refusal } from '../shared/put-entries.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { lineBytes, packLines } from './pack-lines.ts';

export interface FirehoseSinkProps {
  readonly client: FirehoseClient;
  /** Name of the Firehose stream. */
  readonly stream: string;
  /** Gets the results that are too large for a Firehose record, under a key of their own (PL-15). */
  readonly oversized: Sink;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** For each call: repeating one is harmless, since readers drop repeats by id. @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/** What one PutRecordBatch takes; some of its 4 MiB is left for the envelope. */
const CALL_LIMITS = Object.freeze({ entries: 500, bytes: 4_000_000 });
const PARALLEL_CALLS = 4;

/**
 * Results into a Firehose stream, every firing: at least once, each line with its deterministic id (PL-17). Several lines
 * share a record, and Firehose separates them. Late records and dead letters are not its business.
 */
export class FirehoseSink implements Sink {
  readonly name = 'firehose';
  readonly #props: Required<FirehoseSinkProps>;

  constructor({ clock = SYSTEM_CLOCK, backOff = DEFAULT_BACK_OFF, ...props }: FirehoseSinkProps) {
    this.#props = { ...props, clock, backOff };
  }

  /** @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when Firehose will never take it */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { results } = delivery.outbox;
    const lines: string[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const line = resultLine(delivery.partition.pipeline, row, delivery.epochMs);
      if (lineBytes(line) > MAX_LAKE_LINE_BYTES) oversized.push(row);
      else lines.push(line);
    }
    const calls = [...callsOf(packLines(lines), ({ length }) => length, CALL_LIMITS)];
    await mapParallel(calls, PARALLEL_CALLS, (records) => this.#put(records));
    if (oversized.length > 0) await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    return { rows: results.length, writeUnits: 0 };
  }

  async #put(records: readonly Uint8Array[]): Promise<void> {
    const { stream, clock, backOff } = this.#props;
    try {
      await putEntries(records, { send: (entries) => this.#send(entries), clock, backOff, sink: this.name });
    } catch (error) {
      if (isKind(error, 'unavailable')) throw error;
      throw awsFailure(error, { code: 'SINK', action: `put ${records.length} records`, resource: `Firehose stream ${stream}`, context: { sink: this.name } });
    }
  }

  async #send(records: readonly Uint8Array[]): Promise<{ refusal: Refusal }[]> {
    const { client, stream } = this.#props;
    const { RequestResponses = [] } = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records: records.map((Data) => ({ Data })) }));
    return RequestResponses.map(({ ErrorCode, RecordId }) => ({ refusal: RecordId === undefined ? (ErrorCode ?? 'no record id') : undefined }));
  }
}
