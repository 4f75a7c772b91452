import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { securityOf } from '../../adapters/kafka/security.ts';
import { TopicAdmin } from '../../adapters/kafka/topic-admin.ts';
import { KafkaTopics } from '../../adapters/kafka/topics.ts';
import { readEnvironment, type FunctionEnvironment } from '../../lambdas/environment.ts';
import { readKafkaEnvironment } from '../../lambdas/kafka-environment.ts';
import { kafkaConnect } from '../../lambdas/kafka-connect.ts';
import { tidemarkWith } from '../e2e/command.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import { describeService } from './describe-service.ts';
import { PLAIN_USER, startSecuredKafka, type SecuredKafka } from './java/secured-kafka.ts';
import { closing, KafkaWorld, readingMessage } from './kafka-world.ts';

type Security = Partial<
  Pick<FunctionEnvironment, 'TIDEMARK_KAFKA_AUTH' | 'TIDEMARK_KAFKA_SECRET' | 'TIDEMARK_KAFKA_CA'>
>;

describeService('a cluster that lets nobody in without credentials', () => {
  let kafka: SecuredKafka;
  let ca: string;
  beforeAll(async () => {
    kafka = await startSecuredKafka();
    ca = kafka.keep('ca', { certificate: kafka.authority.certificate });
    await kafka.setPassword('bob', 'bob-secret');
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.bootstrap] });
    await admin.createTopics({ topics: ['guarded'], partitions: 2, replicas: 1 });
    await admin.close();
  });
  afterAll(() => kafka?.stop());

  const topicsOver = (brokers: string, security: Security): KafkaTopics => {
    const places = { TIDEMARK_LOG_TABLE: 'log', TIDEMARK_BLOBS: 'file:///blobs', TIDEMARK_LAKE: 'file:///lake' };
    return new KafkaTopics(
      kafkaConnect(
        readEnvironment({ ...places, TIDEMARK_KAFKA_BROKERS: brokers, TIDEMARK_KAFKA_CA: ca, ...security }),
        'a test',
      ),
      new RecordingClock(),
    );
  };
  const partitionsSeen = async (brokers: string, security: Security): Promise<number> => {
    const topics = topicsOver(brokers, security);
    return topics
      .describe('guarded')
      .then(({ partitions }) => partitions)
      .finally(() => topics.close());
  };

  it('lets a user with a password in: PLAIN, SCRAM of both kinds', async () => {
    const [alice, bob] = [
      kafka.keep('alice', PLAIN_USER),
      kafka.keep('bob', { username: 'bob', password: 'bob-secret' }),
    ];
    expect(await partitionsSeen(kafka.sasl, { TIDEMARK_KAFKA_AUTH: 'plain', TIDEMARK_KAFKA_SECRET: alice })).toBe(2);
    expect(await partitionsSeen(kafka.sasl, { TIDEMARK_KAFKA_AUTH: 'scram-256', TIDEMARK_KAFKA_SECRET: bob })).toBe(2);
    expect(await partitionsSeen(kafka.sasl, { TIDEMARK_KAFKA_AUTH: 'scram-512', TIDEMARK_KAFKA_SECRET: bob })).toBe(2);
  });

  it('lets a client with a certificate in', async () => {
    const secret = kafka.keep('client', { ...kafka.authority.issue('client') });
    expect(await partitionsSeen(kafka.mtls, { TIDEMARK_KAFKA_AUTH: 'mtls', TIDEMARK_KAFKA_SECRET: secret })).toBe(2);
  });

  it('takes a token for each connection, as MSK does', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const nowS = Math.floor(Date.now() / 1_000);
    const token = async (): Promise<string> =>
      `${encode({ alg: 'none' })}.${encode({ sub: 'function', iat: nowS, exp: nowS + 900 })}.`;
    const topics = new KafkaTopics(
      async () => ({
        brokers: [kafka.sasl],
        ...securityOf('iam', { authority: { certificate: kafka.authority.certificate }, token }),
      }),
      new RecordingClock(),
    );
    expect((await topics.describe('guarded')).partitions).toBe(2);
    await topics.close();
  });

  describe('refuses', () => {
    it.each([
      [
        'a wrong password',
        /invalid credentials with SASL mechanism SCRAM-SHA-512/,
        () => [
          kafka.sasl,
          {
            TIDEMARK_KAFKA_AUTH: 'scram-512',
            TIDEMARK_KAFKA_SECRET: kafka.keep('wrong', { username: 'bob', password: 'guess' }),
          },
        ],
      ],
      ['a client without a certificate', /Connection closed/, () => [kafka.mtls, { TIDEMARK_KAFKA_AUTH: 'tls' }]],
      [
        'a certificate of somebody else',
        /Connection closed/,
        () => {
          const other = kafka.keep('other', { ...kafka.stranger.issue('somebody') });
          return [kafka.mtls, { TIDEMARK_KAFKA_AUTH: 'mtls', TIDEMARK_KAFKA_SECRET: other }];
        },
      ],
      [
        'a client that does not trust it',
        /certificate/,
        () => [
          kafka.sasl,
          {
            TIDEMARK_KAFKA_AUTH: 'plain',
            TIDEMARK_KAFKA_SECRET: kafka.keep('alice', PLAIN_USER),
            TIDEMARK_KAFKA_CA: kafka.keep('unknown-ca', { certificate: kafka.stranger.certificate }),
          },
        ],
      ],
    ] as Array<[string, RegExp, () => [string, Security]]>)('%s', async (_, reason, given) => {
      const [brokers, security] = given();
      const error: unknown = await partitionsSeen(brokers, security).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        kind: 'unavailable',
        code: 'TOPIC_UNAVAILABLE',
        message: expect.stringMatching(reason),
      });
      expect(String(error)).not.toMatch(/guess|alice-secret|BEGIN/);
    });
  });

  it('lets the same function in again once the secret has changed as the password has', async () => {
    await kafka.setPassword('carol', 'first');
    const secret = kafka.keep('carol', { username: 'carol', password: 'outdated' });
    const topics = topicsOver(kafka.sasl, { TIDEMARK_KAFKA_AUTH: 'scram-512', TIDEMARK_KAFKA_SECRET: secret });
    await expect(topics.describe('guarded')).rejects.toThrow(/TOPIC|topic guarded/);
    kafka.keep('carol', { username: 'carol', password: 'first' });
    expect((await topics.describe('guarded')).partitions).toBe(2);
    await topics.close();
  });

  it('lets a topic be made, configured and deleted by whoever has a way in', async () => {
    const ways: ReadonlyArray<readonly [string, Security]> = [
      [kafka.sasl, { TIDEMARK_KAFKA_AUTH: 'plain', TIDEMARK_KAFKA_SECRET: kafka.keep('alice', PLAIN_USER) }],
      [
        kafka.sasl,
        {
          TIDEMARK_KAFKA_AUTH: 'scram-512',
          TIDEMARK_KAFKA_SECRET: kafka.keep('bob', { username: 'bob', password: 'bob-secret' }),
        },
      ],
      [
        kafka.mtls,
        {
          TIDEMARK_KAFKA_AUTH: 'mtls',
          TIDEMARK_KAFKA_SECRET: kafka.keep('client', { ...kafka.authority.issue('client') }),
        },
      ],
    ];
    for (const [TIDEMARK_KAFKA_BROKERS, security] of ways) {
      const admin = new TopicAdmin(
        await kafkaConnect(
          readKafkaEnvironment({ TIDEMARK_KAFKA_BROKERS, TIDEMARK_KAFKA_CA: ca, ...security }),
          'a test',
        )(),
      );
      const id = await admin.create({
        name: 'made',
        partitions: 1,
        replicationFactor: 1,
        configs: { 'retention.ms': '3600000' },
      });
      expect(await admin.untilServing('made', 10_000)).toEqual({ id, partitions: 1 });
      await admin.configure('made', { 'cleanup.policy': 'compact' }, ['retention.ms']);
      expect([
        await admin.delete('made', String(id)),
        await admin.delete('made', String(id)),
        await admin.exists('made'),
      ]).toEqual([true, false, false]);
      await admin.close();
    }
  });

  it('is read and counted by the deployed handler', async () => {
    const world = await KafkaWorld.open(kafka, 'guarded-readings', {
      security: {
        TIDEMARK_KAFKA_BROKERS: kafka.sasl,
        TIDEMARK_KAFKA_AUTH: 'scram-512',
        TIDEMARK_KAFKA_SECRET: kafka.keep('bob', { username: 'bob', password: 'bob-secret' }),
        TIDEMARK_KAFKA_CA: ca,
      },
    });
    const producer = new Kafka({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    await producer.send({
      topic: 'guarded-readings',
      messages: [readingMessage('a', 10), readingMessage('b', 20), readingMessage('a', 30), ...closing(['a', 'b'])],
    });
    await producer.disconnect();
    await world.drain();
    expect((await world.results()).map(({ key, values }) => [key, values])).toEqual([
      ['a', { n: 2, total: 2 }],
      ['b', { n: 1, total: 1 }],
    ]);
    expect(world.failures).toEqual([]);
    await world.close();
  });

  it('is fed and read by the command, which takes the way in from its environment', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-secured-run-'));
    const variables = {
      TIDEMARK_KAFKA_AUTH: 'plain',
      TIDEMARK_KAFKA_SECRET: kafka.keep('alice', PLAIN_USER),
      TIDEMARK_KAFKA_CA: ca,
    };
    const { status, stdout, stderr } = tidemarkWith(
      variables,
      'local',
      'flights-kafka',
      '--kafka',
      kafka.sasl,
      '--records',
      '2000',
      '--data-dir',
      dataDir,
      '--exit',
      '--json',
    );
    rmSync(dataDir, { recursive: true, force: true });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ recordsIn: 2_000 });
  });
});
