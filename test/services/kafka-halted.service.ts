import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';
import type { KafkaEventSource } from '../../local/kafka/event-source.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { closing, KafkaWorld, readingMessage, reported, untilDrained } from './kafka-world.ts';

const KEYS = Array.from({ length: 20 }, (_, i) => `key-${i}`);
const WINDOWS = 6;
/** Ten of each key in each window, and one that makes the windows fire. */
const MESSAGES = [
  ...Array.from({ length: WINDOWS * 200 }, (_, i) =>
    readingMessage(KEYS[i % 20] as string, Math.floor(i / 200) * 1_000 + (i % 200)),
  ),
  ...closing(KEYS),
];
/** Three windows. */
const FIRST_HALF = 600;
const HALTED = 2;
const isHalted = (key: string): boolean => partitionOf(Buffer.from(key), 4) === HALTED;

async function whileRunning(
  source: KafkaEventSource,
  work: (source: KafkaEventSource) => Promise<void>,
): Promise<void> {
  const running = source.run();
  try {
    await work(source);
  } finally {
    await source.stop(10_000);
    await running;
  }
}

describeService('a partition whose log is damaged', () => {
  let broker: KafkaBroker;
  let producer: Producer;
  let world: KafkaWorld;
  const printed: string[] = [];
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    broker = await startKafka();
    producer = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
  });
  afterEach(() => world?.close());
  afterAll(async () => {
    await producer?.disconnect();
    await broker?.stop();
    jest.restoreAllMocks();
  });

  /** What the broker's own tool says of the group: records that it has not taken yet, by partition. */
  async function lags(topic: string): Promise<number[]> {
    const said = await broker.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
      '--describe',
      '--group',
      `group-of-${topic}`,
    ]);
    const rows = said
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, name]) => name === topic);
    return rows.sort((a, b) => Number(a[2]) - Number(b[2])).map((row) => Number(row[5]));
  }

  async function readings(): Promise<Map<string, number[]>> {
    const rows = await world.results();
    return new Map(
      [...Map.groupBy(rows, ({ key }) => key)].map(([key, of]) => [key, of.map(({ values }) => Number(values['n']))]),
    );
  }

  const each = (windows: (key: string) => number): Map<string, number[]> =>
    new Map(KEYS.toSorted().map((key) => [key, Array.from({ length: windows(key) }, () => 10)]));

  it('holds up no other where batch item failures are heard, and goes on when its log is put right', async () => {
    expect(KEYS.filter(isHalted).length).toBeGreaterThan(2);
    world = await KafkaWorld.open(broker, 'halted');
    await producer.send({ topic: 'halted', messages: MESSAGES.slice(0, FIRST_HALF) });
    await world.drain();
    const putRight = await world.damageLog(HALTED);
    await producer.send({ topic: 'halted', messages: MESSAGES.slice(FIRST_HALF) });

    const began = world.handedOver.length;
    const beganMs = performance.now();
    await whileRunning(world.source(), async (source) => {
      const tries = (): string[][] =>
        world.handedOver
          .slice(began)
          .map((places) => places.filter((place) => place.startsWith(`${HALTED}@`)))
          .filter((places) => places.length > 0);
      let lag = await lags('halted');
      const failed = (): number[] => reported('failedPartitions', printed);
      for (
        const giveUpMs = Date.now() + 30_000;
        (failed().length < 5 || lag.some((records, partition) => records > 0 !== (partition === HALTED))) &&
        Date.now() < giveUpMs;
      )
        lag = await lags('halted');
      expect(lag.map((records) => records > 0)).toEqual([false, false, true, false]);
      // Three windows have begun, the third of which nothing has ended yet.
      expect(await readings()).toEqual(each((key) => (isHalted(key) ? 2 : WINDOWS)));

      expect(new Set(tries().map(([first]) => first)).size).toBe(1);
      // Handed back, it is no error of the function: this is all that an alarm can go by.
      expect(failed().length).toBeGreaterThanOrEqual(5);
      expect(new Set(failed())).toEqual(new Set([1]));
      const seconds = (performance.now() - beganMs) / 1_000;
      expect(tries().length).toBeLessThan(6 + seconds); // 50, 100, 200, 400, 800 ms, then once a second
      const others = world.handedOver
        .slice(began)
        .flat()
        .filter((place) => !place.startsWith(`${HALTED}@`));
      expect(new Set(others).size).toBe(others.length);
      expect(
        world.failures.filter((text) => /must be one chain|reports \d+ of \d+ records as failed/.test(text)),
      ).toHaveLength(world.failures.length);

      await putRight();
      await untilDrained(source);
    });
    expect(await readings()).toEqual(each(() => WINDOWS));
    expect(await world.deadLetters()).toEqual([]);
  }, 120_000);

  it('lets everything come again where they are not heard, and nothing is counted twice', async () => {
    world = await KafkaWorld.open(broker, 'unheard', { partialBatches: 'no' });
    await producer.send({ topic: 'unheard', messages: MESSAGES.slice(0, FIRST_HALF) });
    await world.drain();
    const putRight = await world.damageLog(HALTED);
    await producer.send({ topic: 'unheard', messages: MESSAGES.slice(FIRST_HALF) });

    const began = world.handedOver.length;
    await whileRunning(world.source(), async (source) => {
      const again = (): string[] => {
        const others = world.handedOver
          .slice(began)
          .flat()
          .filter((place) => !place.startsWith(`${HALTED}@`));
        return others.filter((place, i) => others.indexOf(place) < i);
      };
      for (const giveUpMs = Date.now() + 30_000; again().length < 20 && Date.now() < giveUpMs;)
        await new Promise((done) => setTimeout(done, 100));
      expect(again().length).toBeGreaterThan(19);
      await putRight();
      await untilDrained(source);
    });
    expect(await readings()).toEqual(each(() => WINDOWS));
    expect(await world.deadLetters()).toEqual([]);
  }, 120_000);
});
