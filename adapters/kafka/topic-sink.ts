import type { Producer } from '@platformatic/kafka';
import { TidemarkError } from '../../engine/errors.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { MAX_LINE_BYTES } from '../../engine/value/limits.ts';
import { resultLine } from '../shared/lines.ts';
import { callsOf } from '../shared/calls.ts';
import { clientOptions, failureText, type Connect } from './connection.ts';

export interface TopicSinkProps {
  readonly connect: Connect;
  readonly topic: string;
  /** @see TopicSettings */
  readonly latestPer: 'key' | 'window';
  /** Gets the results that are too large for a record. */
  readonly oversized: Sink;
}

type ResultProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

interface Message {
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

  /** @throws SINK_UNAVAILABLE (unavailable) */
  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { results } = delivery.outbox;
    const messages: Message[] = [];
    const oversized: ResultRow[] = [];
    for (const row of results) {
      const message = this.#messageOf(delivery, row);
      if (bytesOf(message) > MAX_LINE_BYTES) oversized.push(row);
      else messages.push(message);
    }
    for (const call of callsOf(messages, bytesOf, CALL_LIMITS)) await this.#inTurn(() => this.#send(call));
    if (oversized.length > 0) await this.#props.oversized.deliver({ ...delivery, outbox: { ...EMPTY_OUTBOX, results: oversized } });
    return { rows: results.length, writeUnits: 0 };
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    await (await this.#producer)?.close(true);
    this.#producer = undefined;
  }

  #messageOf({ partition: { pipeline }, epochMs }: Delivery, row: ResultRow): Message {
    const perWindow = this.#props.latestPer === 'window';
    return {
      key: Buffer.from(perWindow ? JSON.stringify([row.key, row.sequence ?? row.windowStartMs]) : row.key),
      value: perWindow && row.retracted === true ? undefined : Buffer.from(resultLine(pipeline, row, epochMs)),
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work);
    this.#queue = mine.catch(() => undefined); // whoever waits for `mine` sees it
    return mine;
  }

  async #send(messages: readonly Message[]): Promise<void> {
    const { topic } = this.#props;
    try {
      const producer = await (this.#producer ??= this.#connect());
      await producer.send({ messages: messages.map(({ key, value }) => ({ topic, key, ...(value === undefined ? {} : { value }) })) });
    } catch (cause) {
      await this.#discard();
      throw new TidemarkError('unavailable', 'SINK_UNAVAILABLE', `could not send ${messages.length} records to topic ${topic}: ${failureText(cause)}`, { cause, context: { sink: this.name } });
    }
  }

  /** The client is a megabyte of code: functions whose pipeline has no such sink never load it. */
  async #connect(): Promise<ResultProducer> {
    const [{ Producer, compatibilityPartitioner }, connection] = await Promise.all([import('@platformatic/kafka'), this.#props.connect()]);
    // The partition that Java's client would choose: the client's own default is another.
    return new Producer({ ...clientOptions(connection), idempotent: true, partitioner: compatibilityPartitioner });
  }

  /** After a failure its numbers may be out of step with the broker's: the next call begins with a new one. */
  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((one) => one.close(true)).catch(() => undefined); // the failure itself is thrown
  }
}

const bytesOf = ({ key, value }: Message): number => key.length + (value?.length ?? 0);
