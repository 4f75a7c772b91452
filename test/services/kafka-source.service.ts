import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { GroupMember } from '../../local/kafka/group-member.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { closing, KafkaWorld, readingMessage, reported, untilDrained } from './kafka-world.ts';
import { makeTopic } from './make-topic.ts';

const KEYS = Array.from({ length: 20 }, (_, i) => `key-${i}`);
/** Ten of each key in each of five windows, and one that makes the windows fire. */
const MESSAGES = [
  ...Array.from({ length: 1_000 }, (_, i) =>
    readingMessage(KEYS[i % 20] as string, Math.floor(i / 200) * 1_000 + (i % 200)),
  ),
  ...closing(KEYS),
];

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 20));
}

describeService('a topic as the source', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let producer: Producer;
  let world: KafkaWorld;
  const printed: string[] = [];
  const kafkajs = () => new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    broker = await startKafka();
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
    // Idempotent: kafkajs repeats a whole request when it has no answer for one of its partitions.
    producer = kafkajs().producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
  });
  afterEach(() => world?.close());
  afterAll(async () => {
    await Promise.all([admin?.close(), producer?.disconnect()]);
    await broker?.stop();
    jest.restoreAllMocks();
  });

  /** Whether so many members share the partitions of a topic, and their group is at rest. */
  const isShared = async (groupId: string, members: number): Promise<boolean> => {
    const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
    return group?.state === 'Stable' && group.members.size === members;
  };

  const expectEachOnce = async (): Promise<void> => {
    const rows = await world.results();
    expect(rows).toHaveLength(KEYS.length * 5);
    expect(rows.filter(({ values }) => values['n'] !== 10)).toEqual([]);
    expect(await world.deadLetters()).toEqual([]);
  };

  it('gives what kafkajs has put', async () => {
    world = await KafkaWorld.open(broker, 'from-kafkajs');
    await producer.send({ topic: 'from-kafkajs', messages: MESSAGES });
    await world.drain();
    await expectEachOnce();
    expect(world.failures).toEqual([]);
  });

  it("gives what the broker's own console producer has put", async () => {
    world = await KafkaWorld.open(broker, 'from-console');
    const lines = MESSAGES.map(({ key, value }) => `${key}\t${value}\n`).join('');
    await broker.tool(
      'org.apache.kafka.tools.ConsoleProducer',
      ['--topic', 'from-console', '--reader-property', 'parse.key=true'],
      lines,
    );
    await world.drain();
    await expectEachOnce();
  });

  it('counts nothing of an aborted transaction, and all of a committed one', async () => {
    world = await KafkaWorld.open(broker, 'transactions');
    const transactional = kafkajs().producer({
      transactionalId: 'tx',
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await transactional.connect();
    for (let from = 0; from < MESSAGES.length; from += 255) {
      const aborted = await transactional.transaction();
      await aborted.send({ topic: 'transactions', messages: KEYS.map((key) => readingMessage(key, 500)) });
      await aborted.abort();
      const committed = await transactional.transaction();
      await committed.send({ topic: 'transactions', messages: MESSAGES.slice(from, from + 255) });
      await committed.commit();
    }
    await transactional.disconnect();
    await world.drain();
    await expectEachOnce();
  });

  it('counts what compaction has left, whatever the gaps', async () => {
    world = await KafkaWorld.open(broker, 'compacted', {
      partitions: 1,
      configs: {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.01',
        'max.compaction.lag.ms': '100',
      },
    });
    for (let round = 0; round < 5; round++) {
      await producer.send({ topic: 'compacted', messages: KEYS.map((key) => readingMessage(key, round)) });
      await new Promise((done) => setTimeout(done, 150));
    }
    const [last = readingMessage('', 0)] = closing(['key-0']);
    await producer.send({ topic: 'compacted', messages: [last] });
    let kept = 101;
    for (const giveUpMs = Date.now() + 30_000; kept > 60 && Date.now() < giveUpMs;) {
      await new Promise((done) => setTimeout(done, 500));
      const said = await broker.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
        '--topic',
        'compacted',
        '--from-beginning',
        '--timeout-ms',
        '2000',
      ]);
      const values = said.trim().split('\n');
      // The tool also ends when it has not reached the topic in that time: only with the last record it has read all.
      if (values.at(-1) === last.value) kept = values.length;
    }
    expect(kept).toBeLessThan(101);
    await world.drain(1);
    expect((await world.results()).reduce((sum, { values }) => sum + Number(values['n']), 0)).toBe(kept - 1);
    expect(world.failures).toEqual([]);
  }, 90_000);

  it('puts tombstones and records without a key among the dead letters', async () => {
    world = await KafkaWorld.open(broker, 'odd');
    await producer.send({
      topic: 'odd',
      messages: [
        { key: 'a', value: null, headers: { trace: ['grün', 'again'], signature: Buffer.from([255, 0]) } },
        { ...readingMessage('a', 0), headers: { h: ['1', '2'], empty: '' } },
        ...closing(['a']),
      ],
    });
    await producer.send({ topic: 'odd', messages: [{ key: null, value: '{}' }] });
    await world.drain();
    const letters = new Map((await world.deadLetters()).map(({ code, headers }) => [code, headers]));
    expect(letters).toEqual(
      new Map<unknown, unknown>([
        [
          'TOMBSTONE',
          [
            { name: 'trace', text: 'grün' },
            { name: 'trace', text: 'again' },
            { name: 'signature', base64: '/wA=' },
          ],
        ],
        ['KEY_MISSING', undefined],
      ]),
    );
    expect(await world.results()).toMatchObject([{ key: 'a', values: { n: 1 } }]);
  });

  it('counts each record once when members of the group come and go', async () => {
    world = await KafkaWorld.open(broker, 'rebalanced');
    world.beforeInvocation = () => new Promise((done) => setTimeout(done, 60));
    // Each member comes while records wait, and the rest comes once both have partitions, however long the group takes.
    const half = MESSAGES.length / 2;
    await producer.send({ topic: 'rebalanced', messages: MESSAGES.slice(0, half) });
    const first = world.source();
    const running = [first.run()];
    await until(() => (world.invocations[0] ?? 0) > 0);
    const second = world.source();
    running.push(second.run());
    await until(() => isShared('group-of-rebalanced', 2));
    await producer.send({ topic: 'rebalanced', messages: MESSAGES.slice(half) });
    await until(() => (world.invocations[1] ?? 0) > 0);
    await first.stop(10_000);
    await untilDrained(second);
    await second.stop(10_000);
    await Promise.all(running);
    await expectEachOnce();
    expect(Math.min(...world.invocations)).toBeGreaterThan(0);
  });

  it('begins each partition at its own committed offset, whichever partitions a member has', async () => {
    world = await KafkaWorld.open(broker, 'committed');
    await producer.send({ topic: 'committed', messages: MESSAGES });
    const member = new GroupMember({ brokers: [broker.bootstrap] }, 'group-of-offsets', 'committed', (error) =>
      world.failures.push(String(error)),
    );
    await member.join();
    await member.commit(
      new Map([
        [1, 50n],
        [3, 10n],
      ]),
    );
    expect(await member.committed([1, 3])).toEqual(
      new Map([
        [1, 50n],
        [3, 10n],
      ]),
    );
    expect(await member.committed([3, 2, 1])).toEqual(
      new Map([
        [3, 10n],
        [1, 50n],
      ]),
    );
    expect(await member.committed([3])).toEqual(new Map([[3, 10n]]));
    await member.leave();
    expect(world.failures).toEqual([]);
  });

  it('goes on after the broker was killed', async () => {
    world = await KafkaWorld.open(broker, 'killed');
    await producer.send({ topic: 'killed', messages: MESSAGES });
    let invocations = 0;
    world.beforeInvocation = async () => {
      if (++invocations === 5) await broker.killAndRestart();
    };
    await world.drain();
    await expectEachOnce();
    expect(invocations).toBeGreaterThan(5);
  });

  describe('that has changed', () => {
    it('is read no further when it has more partitions: keys would have two states (PL-27)', async () => {
      world = await KafkaWorld.open(broker, 'grown', { partitions: 2 });
      await producer.send({ topic: 'grown', messages: MESSAGES });
      await world.drain(2);
      const before = await world.results();
      await admin.createPartitions({ topics: [{ name: 'grown', count: 3 }] });
      const late = kafkajs().producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await late.connect();
      await late.send({ topic: 'grown', messages: closing(KEYS, 200_000) });
      await late.disconnect();
      printed.length = 0;
      const source = world.source(3);
      const running = source.run();
      while (
        !world.failures.some((text) => text.includes('must keep its 2 partitions, got 3')) ||
        reported('recordAgeMs', printed).length < 2
      )
        await new Promise((done) => setTimeout(done, 50));
      await source.stop(10_000);
      await running;
      expect(await world.results()).toEqual(before);
      // No batch comes to its end, and their records grow older all the same.
      const ages = reported('recordAgeMs', printed);
      expect(Math.max(...ages)).toBeGreaterThan(ages[0] ?? Number.POSITIVE_INFINITY);
      expect(reported('recordsIn', printed)).toEqual([]);
    });

    it('begins anew when it was deleted and made again (PL-11)', async () => {
      world = await KafkaWorld.open(broker, 'reborn');
      await producer.send({ topic: 'reborn', messages: [...closing(['a'], 10), ...closing(['a'])] });
      await world.drain();
      await admin.deleteTopics({ topics: ['reborn'] });
      await makeTopic(broker.bootstrap, 'reborn', { partitions: 4 });
      await admin.deleteGroups({ groups: ['group-of-reborn'] });
      const again = kafkajs().producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await again.connect();
      await again.send({ topic: 'reborn', messages: [...closing(['b'], 10), ...closing(['b'])] });
      await again.disconnect();
      await new Promise((done) => setTimeout(done, 1_100));
      await world.drain();
      expect((await world.results()).map(({ key }) => key)).toEqual(['a', 'b']);
    });
  });
});
