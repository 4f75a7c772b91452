import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Admin, ConfigResourceTypes } from '@platformatic/kafka';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bundleHandlers, moduleFile } from '../../lambdas/bundle.ts';
import { topicHandler, type TopicEvent } from '../../lambdas/topic-wiring.ts';
import type { TopicProperties } from '../../lambdas/topic-resource.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

const DEFAULTS = { 'retention.ms': '604800000', 'cleanup.policy': 'delete', 'max.message.bytes': '1048588' };
const COMMON = {
  ServiceToken: '',
  ResponseURL: '',
  StackId: '',
  RequestId: '',
  LogicalResourceId: 'Topic',
  ResourceType: 'Custom::KafkaTopic',
};

describeService('the custom resource of a topic', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let handler: ReturnType<typeof topicHandler>;
  let count = 0;
  let name: string;
  beforeAll(async () => {
    broker = await startKafka();
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
    process.env['TIDEMARK_KAFKA_BROKERS'] = broker.bootstrap;
    handler = topicHandler();
  });
  afterAll(async () => {
    delete process.env['TIDEMARK_KAFKA_BROKERS'];
    await admin?.close();
    await broker?.stop();
  });
  beforeEach(() => {
    name = `topic-${count++}`;
  });

  const properties = (more: Partial<TopicProperties> = {}) => ({
    ServiceToken: '',
    topic: name,
    partitions: '3',
    replicationFactor: '1',
    configs: { 'retention.ms': '3600000' },
    deleteWithStack: 'false' as const,
    ...more,
  });
  const call = async (event: Partial<TopicEvent>): Promise<string> => {
    const { PhysicalResourceId } = await handler({ ...COMMON, ...event } as TopicEvent, {
      getRemainingTimeInMillis: () => 0,
    });
    return PhysicalResourceId ?? '';
  };
  const create = (more: Partial<TopicProperties> = {}): Promise<string> =>
    call({ RequestType: 'Create', ResourceProperties: properties(more) });
  const update = (
    PhysicalResourceId: string,
    before: Partial<TopicProperties>,
    after: Partial<TopicProperties>,
  ): Promise<string> =>
    call({
      RequestType: 'Update',
      PhysicalResourceId,
      OldResourceProperties: properties(before),
      ResourceProperties: properties(after),
    });
  const remove = (PhysicalResourceId: string, more: Partial<TopicProperties> = {}): Promise<string> =>
    call({ RequestType: 'Delete', PhysicalResourceId, ResourceProperties: properties(more) });
  const topics = (): Promise<string[]> => admin.listTopics();
  /** And waits until it is gone: brokers show it a moment longer. */
  const deleteTopic = async (): Promise<void> => {
    await admin.deleteTopics({ topics: [name] });
    while ((await topics()).includes(name)) await new Promise((done) => setTimeout(done, 20));
  };
  const idNow = async (): Promise<string | undefined> =>
    (await admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name)?.id;
  const configs = async (): Promise<Record<string, unknown>> => {
    const [described] = await admin.describeConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: name,
          configurationKeys: ['retention.ms', 'cleanup.policy', 'max.message.bytes'],
        },
      ],
    });
    return Object.fromEntries((described?.configs ?? []).map((config) => [config.name, config.value]));
  };

  /** A broker knows a moment later what its controller has accepted. */
  const expectConfigs = async (expected: Record<string, string>): Promise<void> => {
    for (let tries = 0; tries < 100 && !isDeepStrictEqual(await configs(), expected); tries++)
      await new Promise((done) => setTimeout(done, 50));
    expect(await configs()).toEqual(expected);
  };

  describe('create', () => {
    it('makes it with its partitions and settings, and knows it by its id', async () => {
      const physicalId = await create();
      expect(physicalId).toBe(`${name}/${await idNow()}/created`);
      expect(
        (await admin.metadata({ topics: [name] })).topics.get(name)?.partitions.map(({ leader }) => leader),
      ).toEqual([1, 1, 1]);
      await expectConfigs({ ...DEFAULTS, 'retention.ms': '3600000' });
    });

    it('makes a compacted one', async () => {
      await create({ configs: { 'cleanup.policy': 'compact' } });
      await expectConfigs({ ...DEFAULTS, 'cleanup.policy': 'compact' });
    });

    it('finds the topic when the event comes again, or another did half of the work', async () => {
      await create();
      expect(await create()).toBe(`${name}/${await idNow()}/found`);
    });

    it('makes one topic of events that come at the same time', async () => {
      const physicalIds = await Promise.all(Array.from({ length: 5 }, () => create()));
      const id = await idNow();
      expect([...physicalIds].sort()).toEqual([`${name}/${id}/created`, ...Array(4).fill(`${name}/${id}/found`)]);
    });

    it('takes a topic that is there, with its records, and gives it the settings', async () => {
      await admin.createTopics({
        topics: [name],
        partitions: 3,
        replicas: 1,
        configs: [{ name: 'max.message.bytes', value: '2000000' }],
      });
      await create();
      await expectConfigs({ ...DEFAULTS, 'retention.ms': '3600000', 'max.message.bytes': '2000000' });
    });

    it('refuses a topic that has another number of partitions, and does not add any (PL-27)', async () => {
      await admin.createTopics({ topics: [name], partitions: 2, replicas: 1 });
      await expect(create()).rejects.toMatchObject({
        code: 'PARTITIONS_DIFFER',
        kind: 'invalid',
        message: `partitions of topic ${name} must be 2, as it has, got 3; say 2, or begin another topic with 3: keys that move to other partitions lose their state`,
      });
      expect((await admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name)?.partitionsCount).toBe(2);
    });

    it('refuses a setting that the brokers refuse, with their words and at once', async () => {
      await expect(create({ configs: { 'retention.ms': 'long' } })).rejects.toMatchObject({
        code: 'TOPIC_REFUSED',
        kind: 'invalid',
        message: expect.stringContaining('Invalid value long for configuration retention.ms'),
      });
      expect(await topics()).not.toContain(name);
    });
  });

  describe('update', () => {
    it('changes the settings that it is given, gives back those that it had, and leaves all others', async () => {
      const physicalId = await create();
      await admin.incrementalAlterConfigs({
        resources: [
          {
            resourceType: ConfigResourceTypes.TOPIC,
            resourceName: name,
            configs: [{ name: 'max.message.bytes', configOperation: 0, value: '2000000' }],
          },
        ],
      });
      const [before, after] = [
        { configs: { 'retention.ms': '3600000' } },
        { configs: { 'cleanup.policy': 'compact' } },
      ];
      expect(await update(physicalId, before, after)).toBe(physicalId);
      await expectConfigs({ ...DEFAULTS, 'cleanup.policy': 'compact', 'max.message.bytes': '2000000' });
      expect(await update(physicalId, before, after)).toBe(physicalId);
    });

    it('refuses more partitions, and fewer (PL-27)', async () => {
      const physicalId = await create();
      for (const partitions of ['2', '6'])
        await expect(update(physicalId, {}, { partitions })).rejects.toMatchObject({ code: 'PARTITIONS_DIFFER' });
    });

    it('makes a topic of another name as another resource, and leaves the old one', async () => {
      const physicalId = await create();
      const old = name;
      const renamed = await update(physicalId, {}, { topic: `${old}-new` });
      expect(renamed).toMatch(new RegExp(`^${old}-new/[0-9a-f-]{36}/created$`));
      await call({ RequestType: 'Delete', PhysicalResourceId: physicalId, ResourceProperties: properties() });
      expect(await topics()).toEqual(expect.arrayContaining([old, `${old}-new`]));
    });

    it('knows a topic that was made again meanwhile as another one, that is not its own', async () => {
      const physicalId = await create();
      await deleteTopic();
      await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
      expect(await update(physicalId, {}, {})).toBe(`${name}/${await idNow()}/found`);
    });

    it('makes a topic again that is gone', async () => {
      const physicalId = await create();
      await deleteTopic();
      const again = await update(physicalId, {}, {});
      expect(again).toBe(`${name}/${await idNow()}/created`);
      expect(again).not.toBe(physicalId);
    });
  });

  describe('delete', () => {
    it('leaves the topic unless the stage says otherwise', async () => {
      const physicalId = await create();
      expect(await remove(physicalId)).toBe(physicalId);
      expect(await topics()).toContain(name);
    });

    it('takes away the topic that it has made, if the stage says so, and may come again', async () => {
      const physicalId = await create({ deleteWithStack: 'true' });
      for (let times = 0; times < 2; times++)
        expect(await remove(physicalId, { deleteWithStack: 'true' })).toBe(physicalId);
      expect(await topics()).not.toContain(name);
    });

    it('never takes away a topic that was there before', async () => {
      await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
      await remove(await create({ deleteWithStack: 'true' }), { deleteWithStack: 'true' });
      expect(await topics()).toContain(name);
    });

    it('never takes away a topic that somebody has made again under its name', async () => {
      const physicalId = await create({ deleteWithStack: 'true' });
      await deleteTopic();
      await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
      const id = await idNow();
      await remove(physicalId, { deleteWithStack: 'true' });
      expect(await idNow()).toBe(id);
    });

    it('does nothing for a resource that never came about', async () => {
      expect(await remove('AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', { deleteWithStack: 'true' })).toBe(
        'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED',
      );
    });
  });

  it('works as the bundle that is deployed', () => {
    const outDir = mkdtempSync(join(tmpdir(), 'tidemark-topic-'));
    bundleHandlers({ handlers: ['kafka-topic'], outDir });
    const event = JSON.stringify({ ...COMMON, RequestType: 'Create', ResourceProperties: properties() });
    const script = `import { handler } from ${JSON.stringify(join(outDir, moduleFile('kafka-topic')))}; console.log(JSON.stringify(await handler(${event}, { getRemainingTimeInMillis: () => 0 })));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: { TIDEMARK_KAFKA_BROKERS: broker.bootstrap },
    });
    rmSync(outDir, { recursive: true });
    expect(JSON.parse(printed)).toEqual({
      PhysicalResourceId: expect.stringMatching(new RegExp(`^${name}/[0-9a-f-]{36}/created$`)),
    });
  });

  it('waits for brokers that do not answer yet', async () => {
    const before = process.env['TIDEMARK_KAFKA_BROKERS'];
    process.env['TIDEMARK_KAFKA_BROKERS'] = '127.0.0.1:1';
    const lost = topicHandler();
    process.env['TIDEMARK_KAFKA_BROKERS'] = before;
    let asked = 0;
    const event = { ...COMMON, RequestType: 'Create', ResourceProperties: properties() } as TopicEvent;
    await expect(lost(event, { getRemainingTimeInMillis: () => (asked++ === 0 ? 300_000 : 0) })).rejects.toMatchObject({
      code: 'TOPIC_UNAVAILABLE',
      kind: 'unavailable',
    });
    expect(asked).toBe(2);
  });
});
