import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Producer } from '@platformatic/kafka';
import type { Context } from 'aws-lambda';
import type { KafkaEvent } from '../../adapters/kafka/decode-event.ts';
import { count, kafka, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../engine/index.ts';
import { kafkaHandler } from '../../lambdas/kafka-wiring.ts';
import { READING } from '../engine/support/readings.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { KafkaWorld, readingMessage } from './kafka-world.ts';

const readings = (topic: string, isolationLevel: 'read_committed' | 'read_uncommitted'): Pipeline =>
  pipeline(topic)
    .source(kafka({ topic, partitionKey: 'key', schema: READING, isolationLevel }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('key')
    .window(tumbling({ sizeMs: 1_000 }), { allowedLatenessMs: 1_000_000 })
    .aggregate({ n: count(), total: sum('value') })
    .to(resultTable()) as Pipeline;

describeService('records of transactions, handed over by a poller that does not look', () => {
  let broker: KafkaBroker;
  let producer: Producer<Buffer, Buffer, Buffer, Buffer>;
  beforeAll(async () => {
    broker = await startKafka();
    producer = new Producer({
      clientId: 'test',
      bootstrapBrokers: [broker.bootstrap],
      transactionalId: 'readings',
      idempotent: true,
    });
  });
  afterAll(async () => {
    await producer?.close();
    await broker?.stop();
  });

  /** What a reader of uncommitted records is given: these values at these offsets, the markers between them left out. */
  const eventOf = (
    topic: string,
    records: ReadonlyArray<readonly [offset: number, timeMs: number, value: number]>,
  ): KafkaEvent => ({
    eventSource: 'aws:kafka',
    records: {
      [`${topic}-0`]: records.map(([offset, timeMs, value]) => ({
        topic,
        partition: 0,
        offset,
        timestamp: 1_000,
        timestampType: 'CREATE_TIME',
        headers: [],
        key: Buffer.from('a').toString('base64'),
        value: Buffer.from(readingMessage('a', timeMs, value).value).toString('base64'),
      })),
    },
  });
  const messages = (topic: string, timeMs: number, value: number) => {
    const { key, value: text } = readingMessage('a', timeMs, value);
    return { messages: [{ topic, partition: 0, key: Buffer.from(key), value: Buffer.from(text) }] };
  };
  /** Offsets: 0 committed, 1 its marker, 2 aborted, 3 its marker, 4 committed and ending the window, 5 its marker. */
  const fill = async (topic: string): Promise<void> => {
    for (const [value, end] of [
      [1, 'commit'],
      [10, 'abort'],
      [100, 'commit'],
    ] as const) {
      const transaction = await producer.beginTransaction();
      await transaction.send(messages(topic, value === 100 ? 5_000 : 0, value));
      await transaction[end]();
    }
  };
  const POLLED = [
    [0, 0, 1],
    [2, 0, 10],
    [4, 5_000, 100],
  ] as const;

  it.each([
    ['read_committed', { n: 1, total: 1 }],
    ['read_uncommitted', { n: 2, total: 11 }],
  ] as const)('%s: the first window holds %j', async (isolationLevel, values) => {
    const topic = `polled-${isolationLevel.replace('_', '-')}`;
    const definition = readings(topic, isolationLevel);
    const world = await KafkaWorld.open(broker, topic, { partitions: 1, pipeline: definition });
    await fill(topic);
    expect(await untilSettled(() => kafkaHandler(definition)(eventOf(topic, POLLED), {} as Context))).toEqual({
      batchItemFailures: [],
    });
    expect((await world.results()).map((row) => row.values)).toEqual([values]);
    await world.close();
  });

  it('wait for a transaction that is still open, and are counted once it is committed', async () => {
    const definition = readings('open', 'read_committed');
    const world = await KafkaWorld.open(broker, 'open', { partitions: 1, pipeline: definition });
    const handler = kafkaHandler(definition);
    const transaction = await producer.beginTransaction();
    await transaction.send(messages('open', 0, 7));
    const first = eventOf('open', [[0, 0, 7]]);
    await expect(handler(first, {} as Context)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'TRANSACTION_OPEN',
      message: expect.stringMatching(/^partition 0 of topic open must be settled up to offset 0/),
    });
    await transaction.commit();
    expect(await untilSettled(() => handler(first, {} as Context))).toEqual({ batchItemFailures: [] });
    const ending = await producer.beginTransaction();
    await ending.send(messages('open', 5_000, 0));
    await ending.commit();
    await untilSettled(() => handler(eventOf('open', [[2, 5_000, 0]]), {} as Context));
    expect((await world.results()).map((row) => row.values)).toEqual([{ n: 1, total: 7 }]);
    await world.close();
  });

  /** The broker writes the marker after its answer. */
  async function untilSettled<T>(call: () => Promise<T>): Promise<T> {
    for (const giveUpMs = Date.now() + 10_000; ;) {
      try {
        return await call();
      } catch (error) {
        if (Date.now() > giveUpMs || (error as { code?: string }).code !== 'TRANSACTION_OPEN') throw error;
        await new Promise((done) => setTimeout(done, 50));
      }
    }
  }
});
