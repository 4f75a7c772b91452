import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_TOPIC_ID } from '../../adapters/kafka/topic-admin.ts';
import { KafkaTopics } from '../../adapters/kafka/topics.ts';
import { topicHandler, type TopicEvent } from '../../lambdas/topic-wiring.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import { commandRun, type CommandRun } from '../verify/command-run.ts';
import { describeService } from './describe-service.ts';
import { startOldKafka, type OldKafka } from './java/old-kafka.ts';

describeService('a broker that knows no topic ids', () => {
  let kafka: OldKafka;
  let topics: KafkaTopics;
  beforeAll(async () => {
    kafka = await startOldKafka();
    topics = new KafkaTopics(async () => ({ brokers: [kafka.bootstrap] }), new RecordingClock());
  });
  afterAll(async () => {
    await topics?.close();
    await kafka?.stop();
  });

  const topicEvent = (changes: Partial<TopicEvent>): TopicEvent =>
    ({
      RequestType: 'Create',
      ResourceProperties: {
        topic: 'made',
        partitions: '2',
        replicationFactor: '1',
        configs: { 'retention.ms': '3600000' },
        deleteWithStack: 'true',
      },
      ...changes,
    }) as TopicEvent;
  const handle = async (event: TopicEvent): Promise<string> => {
    process.env['TIDEMARK_KAFKA_BROKERS'] = kafka.bootstrap;
    return (await topicHandler()(event, { getRemainingTimeInMillis: () => 120_000 })).PhysicalResourceId ?? '';
  };

  it('gives all its topics the same id, and their partitions', async () => {
    await handle(topicEvent({}));
    expect(await topics.describe('made')).toEqual({ id: NO_TOPIC_ID, partitions: 2 });
  });

  it('keeps a topic whatever the stack says: it could be another one of the name', async () => {
    const physicalId = await handle(topicEvent({}));
    await handle(topicEvent({ RequestType: 'Delete', PhysicalResourceId: physicalId } as Partial<TopicEvent>));
    expect((await topics.describe('made')).partitions).toBe(2);
  });

  describe('as the source of a pipeline', () => {
    let folder: string;
    let fromStream: CommandRun;
    const run = (dataDir: string, pipeline: string, args: readonly string[]): Promise<CommandRun> =>
      commandRun({ records: 5_000, shards: 1, dataDir: join(folder, dataDir), pipeline, args });
    // Each run is five programs, one after the other: on a busy machine two of them do not fit into the limit of one test.
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tidemark-old-broker-'));
      fromStream = await run('kinesis', 'flights', []);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('is read, and its topics by a tick: the same results as from a stream', async () => {
      const { results } = await run('kafka', 'flights-kafka', ['--kafka', kafka.bootstrap]);
      expect(results.length).toBeGreaterThan(500);
      expect(JSON.stringify(results)).toBe(JSON.stringify(fromStream.results));
      const partition = { pipeline: 'p', stage: '0', source: 'departures', incarnation: NO_TOPIC_ID, partition: '0' };
      expect(await topics.remaining(partition, 4_998n)).toBe('records');
      expect(await topics.remaining(partition, 4_999n)).toBe('none yet');
      expect(await topics.committed(partition, [{ offset: 10n }, { offset: 4_999n }])).toHaveLength(2);
    });
  });
});
