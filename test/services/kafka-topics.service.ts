import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, Producer } from '@platformatic/kafka';
import { KafkaTopics } from '../../adapters/kafka/topics.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { digestOf } from '../../engine/record-digest.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { makeTopic } from './make-topic.ts';

describeService('KafkaTopics', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let producer: Producer<Buffer, Buffer, Buffer, Buffer>;
  let topics: KafkaTopics;
  const client = () => ({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
  beforeAll(async () => {
    broker = await startKafka();
    admin = new Admin(client());
    producer = new Producer(client());
    topics = new KafkaTopics(async () => ({ brokers: [broker.bootstrap] }), new RecordingClock());
  });
  afterAll(async () => {
    await Promise.all([admin?.close(), producer?.close(), topics?.close()]);
    await broker?.stop();
  });

  const create = (topic: string, partitions = 1): Promise<void> => makeTopic(broker.bootstrap, topic, { partitions });
  const messages = (topic: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      topic,
      partition: 0,
      key: Buffer.from('a'),
      value: Buffer.from(`${i}`),
    }));
  const partitionOf = async (source: string): Promise<SourcePartition> => ({
    pipeline: 'p',
    stage: '0',
    source,
    incarnation: (await topics.describe(source)).id,
    partition: '0',
  });

  describe('a topic', () => {
    it('tells its id and its partitions, which may hold any key', async () => {
      await create('facts', 3);
      expect(await topics.describe('facts')).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), partitions: 3 });
      expect([...(await topics.shards({ source: 'facts' })).keys()]).toEqual(['0', '1', '2']);
    });

    it('is unavailable when there is none', async () => {
      await expect(topics.describe('nowhere')).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'TOPIC_UNAVAILABLE',
      });
    });

    it('that was made again is another one, and says so to whoever still means the old one (PL-11)', async () => {
      await create('again');
      const before = await partitionOf('again');
      // While the broker makes the logs of these partitions, it learns of no other topic, and still tells of the deleted one.
      await create('that-keeps-the-broker-busy', 200);
      await admin.deleteTopics({ topics: ['again'] });
      await create('again');
      await expect(topics.confirm(before, -1n)).rejects.toMatchObject({ kind: 'unavailable', code: 'TOPIC_RECREATED' });
      await expect(topics.shards(before)).rejects.toMatchObject({ kind: 'unavailable', code: 'TOPIC_RECREATED' });
      expect([...(await topics.shards(await partitionOf('again'))).keys()]).toEqual(['0']);
      expect((await partitionOf('again')).incarnation).not.toBe(before.incarnation);
    });
  });

  describe('what remains of a partition', () => {
    it('is told by reading to its end (PL-19)', async () => {
      await create('plain');
      const partition = await partitionOf('plain');
      expect(await topics.remaining(partition, -1n)).toBe('none yet');
      await producer.send({ messages: messages('plain', 3) });
      expect(await topics.remaining(partition, -1n)).toBe('records');
      expect(await topics.remaining(partition, 1n)).toBe('records');
      expect(await topics.remaining(partition, 2n)).toBe('none yet');
    });

    it('is nothing where only markers and aborted records follow', async () => {
      await create('aborted');
      const partition = await partitionOf('aborted');
      await producer.send({ messages: messages('aborted', 1) });
      const transactional = new Producer({ ...client(), transactionalId: 'aborting', idempotent: true });
      const transaction = await transactional.beginTransaction();
      await transaction.send({ messages: messages('aborted', 2) });
      expect(await topics.remaining(partition, 0n)).toBe('records'); // may be committed yet
      await transaction.abort();
      // The broker writes the marker after its answer.
      for (
        const giveUpMs = Date.now() + 10_000;
        (await topics.remaining(partition, 0n)) === 'records' && Date.now() < giveUpMs;
      )
        await new Promise((done) => setTimeout(done, 50));
      expect(await topics.remaining(partition, 0n)).toBe('none yet');
      await transactional.close();
    });

    it('halts when the offsets ran backwards: records were lost after they had been counted (PL-11)', async () => {
      await create('short');
      const partition = await partitionOf('short');
      await producer.send({ messages: messages('short', 3) });
      await expect(topics.confirm(partition, 2n)).resolves.toBeUndefined();
      for (const asked of [topics.confirm(partition, 3n), topics.remaining(partition, 3n)]) {
        await expect(asked).rejects.toMatchObject({
          kind: 'internal',
          code: 'OFFSETS_RAN_BACKWARDS',
          message: expect.stringMatching(/^partition 0 of topic short must end above offset 3, .* got end 3; /),
        });
      }
    });
  });

  describe('the record at an offset that is counted', () => {
    const digestOfRecord = (offset: bigint, text: string): number =>
      digestOf({ offset, subSequence: 0, partitionKey: 'a', data: Buffer.from(text) });

    it('is compared whenever the topic is asked: another one halts the partition', async () => {
      await create('rewritten');
      const partition = await partitionOf('rewritten');
      await producer.send({ messages: messages('rewritten', 3) });
      const [same, other] = [digestOfRecord(2n, '2'), digestOfRecord(2n, 'counted before')];
      await expect(topics.confirm(partition, 2n, same)).resolves.toBeUndefined();
      expect(await topics.remaining(partition, 2n, same)).toBe('none yet');
      expect(await topics.skipped(partition, 2n, 3n, same)).toBeUndefined();
      const rewritten = { kind: 'internal', code: 'SOURCE_REWRITTEN', context: { reached: '2' } };
      await expect(topics.confirm(partition, 2n, other)).rejects.toMatchObject(rewritten);
      await expect(topics.remaining(partition, 2n, other)).rejects.toMatchObject(rewritten);
      await expect(topics.skipped(partition, 2n, 3n, other)).rejects.toMatchObject(rewritten);
    });

    it('tells nothing once retention has removed it', async () => {
      await create('expired');
      const partition = await partitionOf('expired');
      await producer.send({ messages: messages('expired', 5) });
      await admin.deleteRecords({ topics: [{ name: 'expired', partitions: [{ partition: 0, offset: 3n }] }] });
      const other = digestOfRecord(2n, 'counted before');
      await expect(topics.confirm(partition, 2n, other)).resolves.toBeUndefined();
      expect(await topics.skipped(partition, 2n, 3n, other)).toBeUndefined();
    });
  });
});
