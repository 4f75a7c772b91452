import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, Consumer } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import type { CommittedRecord } from '../../adapters/kafka/committed.ts';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';
import { KafkaReader } from '../../adapters/kafka/reader.ts';
import { TopicSink } from '../../adapters/kafka/topic-sink.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { RowsRefused } from '../../engine/rows-refused.ts';
import { firingsContract } from '../contracts/firings.contract.ts';
import { refusingContract, type OpenRefusing } from '../contracts/sink.contract.ts';
import { sampleDelivery, sampleRow } from '../support/samples.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { makeTopic } from './make-topic.ts';

const PARTITIONS = 3;

describeService('TopicSink', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let consumer: Consumer;
  const sinks: TopicSink[] = [];
  const oversized = new MemorySink();
  let topics = 0;
  beforeAll(async () => {
    broker = await startKafka();
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
    consumer = new Consumer({ clientId: 'test', bootstrapBrokers: [broker.bootstrap], groupId: 'unused' });
  });
  afterAll(async () => {
    await Promise.all([admin?.close(), consumer?.close(), ...sinks.map((sink) => sink.close())]);
    await broker?.stop();
  });

  async function open(
    latestPer: 'key' | 'window' = 'key',
    configs: Record<string, string> = {},
  ): Promise<{ topic: string; sink: TopicSink }> {
    const topic = `results-${(topics += 1)}`;
    await makeTopic(broker.bootstrap, topic, { partitions: PARTITIONS, configs });
    const sink = new TopicSink({ connect: async () => ({ brokers: [broker.bootstrap] }), topic, latestPer, oversized });
    sinks.push(sink);
    return { topic, sink };
  }

  /** One whose leaders have taken over: a request that also meets one which has not is sent again as a whole, and later. */
  async function openLimited(): ReturnType<typeof open> {
    const opened = await open('key', { 'max.message.bytes': '20000' });
    await recordsOf(opened.topic);
    return opened;
  }

  /** All that a reader finds, partition by partition. */
  async function recordsOf(topic: string): Promise<Array<CommittedRecord & { readonly partition: number }>> {
    const reader = new KafkaReader(consumer);
    const found: Array<CommittedRecord & { readonly partition: number }> = [];
    for (const [partition, { start, stableEnd }] of await reader.ranges(topic, [0, 1, 2])) {
      for (let from = start; from < stableEnd;) {
        const read = (await reader.read(topic, new Map([[partition, from]]))).get(partition);
        found.push(...(read?.records ?? []).map((record) => ({ ...record, partition })));
        from = read?.next ?? stableEnd;
      }
    }
    return found;
  }

  firingsContract('TopicSink', async () => {
    const { topic, sink } = await open();
    return {
      sink,
      rows: async () =>
        (await recordsOf(topic)).map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>),
    };
  });

  refusingContract('TopicSink', async () => {
    const { topic, sink } = await openLimited();
    return {
      sink,
      unfit: (key, windowStartMs) => sampleRow(key, windowStartMs, 1, { text: 'x'.repeat(20_000) }),
      stored: async () =>
        (await recordsOf(topic)).map(
          ({ value }) => JSON.parse(String(value)) as Awaited<ReturnType<OpenRefusing['stored']>>[number],
        ),
      deny: () => admin.deleteTopics({ topics: [topic] }),
    };
  });

  describe('the topic', () => {
    it('takes results that are too large together for its limit, each of which is not', async () => {
      const { topic, sink } = await openLimited();
      const rows = Array.from({ length: 40 }, (_, i) => sampleRow('ATL', i, 1, { text: 'x'.repeat(1_000 + i) }));
      expect(await sink.deliver(sampleDelivery({ results: rows }))).toEqual({ rows: 40, writeUnits: 0 });
      expect(
        (await recordsOf(topic)).map(
          ({ value }) => (JSON.parse(String(value)) as { windowStartMs: number }).windowStartMs,
        ),
      ).toEqual(rows.map((_, i) => i));
    });

    it('has no row twice of a delivery in which one is too large', async () => {
      const { topic, sink } = await openLimited();
      const rows = Array.from({ length: 200 }, (_, i) =>
        sampleRow(`key-${i}`, 0, 1, { text: 'x'.repeat(i === 77 ? 30_000 : 1) }),
      );
      await expect(sink.deliver(sampleDelivery({ results: rows }))).rejects.toBeInstanceOf(RowsRefused);
      const keys = (await recordsOf(topic)).map(({ key }) => String(key));
      expect(keys).toHaveLength(199);
      expect(new Set(keys).size).toBe(199);
    });

    it("has each result in the partition of its key, as Java's client would choose it, revisions in order", async () => {
      const { topic, sink } = await open();
      const keys = ['ATL', 'BOS', 'ORD', 'LAX'];
      for (const revision of [1, 2, 3])
        await sink.deliver(sampleDelivery({ results: keys.map((key) => sampleRow(key, 0, revision)) }, revision));
      const records = await recordsOf(topic);
      expect(records.filter(({ key, partition }) => partition !== partitionOf(key as Buffer, PARTITIONS))).toEqual([]);
      for (const key of keys) {
        const revisions = records
          .filter((record) => String(record.key) === key)
          .map(({ value }) => (JSON.parse(String(value)) as { revision: number }).revision);
        expect(revisions).toEqual([1, 2, 3]);
      }
    });

    it('gets the results of several partitions at once, none lost, none twice', async () => {
      const { topic, sink } = await open();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          sink.deliver(
            sampleDelivery({ results: Array.from({ length: 60 }, (_, j) => sampleRow(`${i}-${j}`, 0, 1)) }, i + 1),
          ),
        ),
      );
      const keys = (await recordsOf(topic)).map(({ key }) => String(key));
      expect(keys).toHaveLength(1_200);
      expect(new Set(keys).size).toBe(1_200);
    });

    it('keeps the latest result of each window when it is compacted, and nothing of one that was taken back', async () => {
      const { topic, sink } = await open('window', {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.01',
        'max.compaction.lag.ms': '100',
        'delete.retention.ms': '0',
      });
      for (const revision of [1, 2, 3]) {
        await sink.deliver(
          sampleDelivery(
            { results: [sampleRow('ATL', 0, revision), sampleRow('ATL', 10, revision), sampleRow('BOS', 0, revision)] },
            revision,
          ),
        );
        await new Promise((done) => setTimeout(done, 150));
      }
      await sink.deliver(sampleDelivery({ results: [{ ...sampleRow('BOS', 0, 4), retracted: true }] }, 4));
      const latest = async () =>
        new Map(
          (await recordsOf(topic)).map(({ key, value }) => [
            String(key),
            value === null ? null : (JSON.parse(String(value)) as { revision: number }).revision,
          ]),
        );
      expect(await latest()).toEqual(
        new Map([
          ['["ATL",0]', 3],
          ['["ATL",10]', 3],
          ['["BOS",0]', null],
        ]),
      );
      for (const giveUpMs = Date.now() + 30_000; (await recordsOf(topic)).length === 10 && Date.now() < giveUpMs;)
        await new Promise((done) => setTimeout(done, 250));
      expect((await recordsOf(topic)).length).toBeLessThan(10);
      expect([...(await latest())].filter(([, revision]) => revision !== null)).toEqual(
        expect.arrayContaining([
          ['["ATL",0]', 3],
          ['["ATL",10]', 3],
        ]),
      );
    });

    it('is read by kafkajs and by the console consumer', async () => {
      const { topic, sink } = await open();
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }));
      const line =
        '{"id":"flights/results/0-10/1/ATL","key":"ATL","windowStartMs":0,"windowEndMs":10,"revision":1,"departures":1}';
      const said = await broker.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
        '--topic',
        topic,
        '--from-beginning',
        '--max-messages',
        '1',
        '--timeout-ms',
        '20000',
        '--formatter-property',
        'print.key=true',
      ]);
      expect(said.trim()).toBe(`ATL\t${line}`);
      const kafkajs = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).consumer({
        groupId: 'reader',
      });
      await kafkajs.connect();
      await kafkajs.subscribe({ topics: [topic], fromBeginning: true });
      const value = await new Promise<string>(
        (resolve) => void kafkajs.run({ eachMessage: async ({ message }) => resolve(String(message.value)) }),
      );
      await kafkajs.disconnect();
      expect(value).toBe(line);
    });

    it('leaves what no record can hold to the lake', async () => {
      const { topic, sink } = await open();
      const large = sampleRow('ATL', 0, 1, { text: 'x'.repeat(1_000_000) });
      expect(await sink.deliver(sampleDelivery({ results: [large, sampleRow('BOS', 0, 1)] }))).toMatchObject({
        rows: 2,
      });
      expect((await recordsOf(topic)).map(({ key }) => String(key))).toEqual(['BOS']);
      expect(oversized.results).toEqual([large]);
    });

    it('says so when it is not there, and goes on once it is', async () => {
      const sink = new TopicSink({
        connect: async () => ({ brokers: [broker.bootstrap] }),
        topic: 'made-later',
        latestPer: 'key',
        oversized,
      });
      sinks.push(sink);
      const delivery = sampleDelivery({ results: [sampleRow('ATL', 0, 1)] });
      await expect(sink.deliver(delivery)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'SINK_UNAVAILABLE',
        message: expect.stringContaining('topic made-later'),
      });
      await makeTopic(broker.bootstrap, 'made-later', { partitions: PARTITIONS });
      await expect(sink.deliver(delivery)).resolves.toMatchObject({ rows: 1 });
    });
  });
});
