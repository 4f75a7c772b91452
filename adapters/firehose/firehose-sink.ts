import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { FirehoseClient } from '@aws-sdk/client-firehose';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { MAX_LAKE_LINE_BYTES } from '../../engine/value/limits.ts';
import { awsFailure } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { callsOf } from '../shared/calls.ts';
import { resultLine } from '../shared/lines.ts';
import { mapParallel } from '../../engine/parallel.ts';
import type { Answer } from '../shared/put-entries.ts';
import { putOf, putRows } from '../shared/put-rows.ts';
import { allSent, requireTaken, sendApart } from '../shared/send-apart.ts';
import type { RefusedTogether } from '../shared/send-apart.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { lineBytes, packLines } from './pack-lines.ts';
import type { Line, PackedLines } from './pack-lines.ts';

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

  /**
   * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when Firehose takes no record · SINK_REFUSED as
   * RowsRefused when it will never take some, and has the others
   */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { results } = delivery.outbox;
    const lines: Line[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const line = { row, text: resultLine(delivery.partition.pipeline, row, delivery.epochMs) };
      if (lineBytes(line) > MAX_LAKE_LINE_BYTES) oversized.push(row);
      else lines.push(line);
    }
    const calls = [...callsOf(packLines(lines), ({ data }) => data.length, CALL_LIMITS)];
    const sent = await mapParallel(calls, PARALLEL_CALLS, (records) =>
      sendApart(
        records.flatMap(({ rows }) => rows),
        (some) => this.#put(some),
      ),
    );
    if (oversized.length > 0)
      await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    const all = allSent(sent);
    const receipt = { rows: results.length - all.refused.length, writeUnits: 0 };
    return requireTaken(this.name, all, receipt, ({ error }) => awsFailure(error, putOf(this.name, this.#resource, 1)));
  }

  get #resource(): string {
    return `Firehose stream ${this.#props.stream}`;
  }

  async #put(lines: readonly Line[]): Promise<Array<RefusedTogether<Line>>> {
    const { clock, backOff } = this.#props;
    return putRows<Line, PackedLines>(packLines(lines), {
      send: (some) => this.#send(some),
      clock,
      backOff,
      sink: this.name,
      resource: this.#resource,
    });
  }

  async #send(records: readonly PackedLines[]): Promise<Answer[]> {
    const { client, stream } = this.#props;
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: stream,
      Records: records.map(({ data: Data }) => ({ Data })),
    });
    const { RequestResponses = [] } = await client.send(command);
    return RequestResponses.map(({ ErrorCode = 'no record id', ErrorMessage: text, RecordId }) =>
      RecordId === undefined ? { refusal: ErrorCode, text } : { refusal: undefined },
    );
  }
}
