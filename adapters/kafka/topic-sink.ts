import type { Producer } from '@platformatic/kafka';
import { TidemarkError } from '../../engine/errors.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { MAX_LINE_BYTES } from '../../engine/value/limits.ts';
import { callsOf } from '../shared/calls.ts';
import { resultLine } from '../shared/lines.ts';
import {
  allSent,
  requireTaken,
  sendApart,
  type Outgoing,
  type RefusedTogether,
  type Sent,
} from '../shared/send-apart.ts';
import { clientOptions, failureText, type Connect } from './connection.ts';
import { partitionOf } from './partitioner.ts';
import { refusedPartitions } from './refused-partitions.ts';

export interface TopicSinkProps {
  readonly connect: Connect;
  readonly topic: string;
  /** @see TopicSinkSettings */
  readonly latestPer: 'key' | 'window';
  /** Gets the results that are too large for a record. */
  readonly oversized: Sink;
}

type ResultProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

interface TopicRecord extends Outgoing {
  readonly key: Buffer;
  /** undefined: a tombstone. */
  readonly value: Buffer | undefined;
}

/** What a broker takes in one request and in one record, unless told otherwise; some is left for the envelope. */
const CALL_LIMITS = Object.freeze({ entries: 500, bytes: MAX_LINE_BYTES });

/**
 * Results into a Kafka topic as JSON, every firing, in the order in which they were decided: at least once, each with its
 * id and revision (PL-17). A request that is sent again by the producer itself is stored once. One after a crash, or by an
 * instance that was thought dead, comes after its successors: readers go by `logEpochMs` and `revision`.
 */
export class TopicSink implements Sink {
  readonly name = 'topic';
  readonly #props: TopicSinkProps;
  #producer: Promise<ResultProducer> | undefined;
  /** An idempotent producer numbers its requests: they go out one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(props: TopicSinkProps) {
    this.#props = props;
  }

  /**
   * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (internal) when the topic takes no record · SINK_REFUSED as
   * RowsRefused when it will never take some, and has the others
   */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { results } = delivery.outbox;
    const records: TopicRecord[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const record = this.#recordOf(delivery, row);
      if (bytesOf(record) > MAX_LINE_BYTES) oversized.push(row);
      else records.push(record);
    }
    const sent: Sent[] = [];
    for (const call of callsOf(records, bytesOf, CALL_LIMITS))
      sent.push(await this.#inTurn(() => sendApart(call, (some) => this.#send(some))));
    if (oversized.length > 0)
      await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    const all = allSent(sent);
    const receipt = { rows: results.length - all.refused.length, writeUnits: 0 };
    return requireTaken(this.name, all, receipt, ({ error }) => this.#refusal(error));
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    await (await this.#producer)?.close(true);
    this.#producer = undefined;
  }

  #recordOf({ partition: { pipeline }, epochMs }: Delivery, row: ResultRow): TopicRecord {
    const perWindow = this.#props.latestPer === 'window';
    return {
      row,
      key: Buffer.from(perWindow ? JSON.stringify([row.key, row.sequence ?? row.windowStartMs]) : row.key),
      value: perWindow && row.retracted === true ? undefined : Buffer.from(resultLine(pipeline, row, epochMs)),
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work);
    this.#queue = mine.catch(() => undefined); // whoever waits for `mine` sees it
    return mine;
  }

  /** Records that were refused as one, partition by partition: a broker takes all of a partition's or none. */
  async #send(records: readonly TopicRecord[]): Promise<Array<RefusedTogether<TopicRecord>>> {
    const { topic } = this.#props;
    const byPartition = new Map<number, TopicRecord[]>();
    try {
      const producer = await (this.#producer ??= this.#connect());
      const partitions = (await producer.metadata({ topics: [topic] })).topics.get(topic)?.partitionsCount ?? 1;
      const messages = records.map((record) => {
        const { key, value } = record;
        const partition = partitionOf(key, partitions);
        const some = byPartition.get(partition);
        if (some === undefined) byPartition.set(partition, [record]);
        else some.push(record);
        return { topic, key, partition, ...(value === undefined ? {} : { value }) };
      });
      await producer.send({ messages });
      return [];
    } catch (cause) {
      const refused = refusedPartitions(cause, byPartition.keys());
      // The producer begins anew by itself after an answer, with numbers that the brokers do not know yet.
      if (refused !== undefined)
        return refused.map(({ partition, error, isCertain }) => ({
          rows: byPartition.get(partition) ?? [],
          error,
          isCertain,
        }));
      await this.#discard();
      throw new TidemarkError(
        'unavailable',
        'SINK_UNAVAILABLE',
        `could not send ${records.length} records to topic ${topic}: ${failureText(cause)}`,
        { cause, context: { sink: this.name } },
      );
    }
  }

  #refusal(cause: unknown): TidemarkError {
    const { topic } = this.#props;
    const text = `topic ${topic} must take results as JSON, got a refusal of every one: ${failureText(cause)}; see which schema its brokers validate`;
    return new TidemarkError('internal', 'SINK_REFUSED', text, { cause, context: { sink: this.name } });
  }

  /** The client is a megabyte of code: functions whose pipeline has no such sink never load it. */
  async #connect(): Promise<ResultProducer> {
    const [{ Producer }, connection] = await Promise.all([import('@platformatic/kafka'), this.#props.connect()]);
    return new Producer({ ...clientOptions(connection), idempotent: true });
  }

  /** After a failure its numbers may be out of step with the broker's: the next call begins with a new one. */
  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((one) => one.close(true)).catch(() => undefined); // the failure itself is thrown
  }
}

const bytesOf = ({ key, value }: TopicRecord): number => key.length + (value?.length ?? 0);
