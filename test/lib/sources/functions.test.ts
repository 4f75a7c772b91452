import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { existing, selfManaged } from '../ingest/kafka/clusters.ts';
import { exchanged, orders, pipelineStack, purchases, refunds, returns, synthesize, united } from '../synthesize.ts';
import { idsOf, partOf, rightsOfPart, variablesOf } from './support.ts';

const kafka = { cluster: existing };
const streams = synthesize({ topology: united(orders, refunds) });
const mixed = synthesize({ topology: united(orders, returns), overrides: { kafka } });
const topics = synthesize({ topology: united(purchases, returns), overrides: { kafka } });
const FUNCTION = 'AWS::Lambda::Function';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
/** What a role may do with sources. */
const readBy = (template: typeof streams, part: string): string[] => [
  ...new Set(
    rightsOfPart(template, part)
      .filter(({ actions }) => actions.some((action) => /^(kinesis|kafka-cluster):/.test(action)))
      .flatMap(({ resources }) => resources),
  ),
];

describe('a pipeline of two streams', () => {
  const one = synthesize({ topology: exchanged(orders) });

  it('keeps every id that it has with the first alone', () => {
    expect(Object.keys(streams.toJSON()['Resources'] as object)).toEqual(
      expect.arrayContaining(Object.keys(one.toJSON()['Resources'] as object)),
    );
  });

  it('has a stream, a function, a mapping and a tick more, under the name of the second', () => {
    for (const [type, part] of [
      ['AWS::Kinesis::Stream', 'IngestrefundsStream'],
      [FUNCTION, 'ProcessorrefundsFunction'],
      [MAPPING, 'ProcessorrefundsMapping'],
      [FUNCTION, 'TickrefundsFunction'],
      ['AWS::Scheduler::Schedule', 'TickrefundsSchedule'],
    ] as const)
      partOf(streams, type, part);
    expect(idsOf(streams, FUNCTION)).toHaveLength(idsOf(one, FUNCTION).length + 2);
    expect(partOf(streams, 'AWS::Kinesis::Stream', 'IngestrefundsStream')['Name']).toBe('refunds-dev');
  });

  it('tells the functions of the second, and no others, its name', () => {
    const said = ['Processor', 'Tick', 'Receiver', 'Processorrefunds', 'Tickrefunds'].map(
      (part) => variablesOf(streams, part)['TIDEMARK_SOURCE'],
    );
    expect(said).toEqual([undefined, undefined, undefined, 'refunds', 'refunds']);
  });

  it.each([
    ['Processor', 'IngestStream'],
    ['Tick', 'IngestStream'],
    ['Processorrefunds', 'IngestrefundsStream'],
    ['Tickrefunds', 'IngestrefundsStream'],
  ])('lets %s know and read %s, and no other', (part, stream) => {
    const arn = { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${stream}[0-9A-F]{8}$`)), 'Arn'] };
    expect(variablesOf(streams, part)['TIDEMARK_STREAM']).toEqual(arn);
    expect(readBy(streams, part)).toEqual([`${stream}.Arn`]);
  });

  it('has receivers that know and read neither', () => {
    expect(variablesOf(streams, 'Receiver')).not.toHaveProperty('TIDEMARK_STREAM');
    expect(readBy(streams, 'Receiver')).toEqual([]);
  });

  it('lets both senders and both ticks ring the exchange', () => {
    for (const part of ['Processor', 'Tick', 'Processorrefunds', 'Tickrefunds']) {
      const ring = rightsOfPart(streams, part).filter(({ actions }) => actions.includes('sqs:SendMessage'));
      expect(ring.flatMap(({ resources }) => resources)).toEqual(['DoorbellQueue.Arn']);
      expect(variablesOf(streams, part)['TIDEMARK_DOORBELL']).toEqual({ Ref: expect.stringMatching(/^DoorbellQueue/) });
    }
  });

  it('calls each tick with the stream that is its own', () => {
    for (const [part, stream] of [
      ['TickSchedule', 'IngestStream'],
      ['TickrefundsSchedule', 'IngestrefundsStream'],
    ] as const)
      expect(JSON.stringify(partOf(streams, 'AWS::Scheduler::Schedule', part)['Target'])).toMatch(
        new RegExp(`stream.*"${stream}[0-9A-F]{8}"`),
      );
  });

  it('uses a stream that exists for either', () => {
    const refundsArn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/refunds';
    const template = synthesize({
      topology: united(orders, refunds),
      overrides: { existingStreamArns: { refunds: refundsArn } },
    });
    expect(idsOf(template, 'AWS::Kinesis::Stream')).toHaveLength(1);
    expect(partOf(template, MAPPING, 'ProcessorrefundsMapping')['EventSourceArn']).toBe(refundsArn);
  });

  it('archives each in a folder of its own, with rights on that alone', () => {
    const template = synthesize({ topology: united(orders, refunds), overrides: { archive: true } });
    const prefixes = ['ArchiveStream', 'ArchiverefundsStream'].map((part) => {
      const found = partOf(template, 'AWS::KinesisFirehose::DeliveryStream', part);
      return (found['ExtendedS3DestinationConfiguration'] as { readonly Prefix: string }).Prefix;
    });
    expect(prefixes).toEqual([
      'orders/raw/day=!{timestamp:yyyy-MM-dd}/',
      'orders/raw/source=refunds/day=!{timestamp:yyyy-MM-dd}/',
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^ArchiverefundsRolePolicy'),
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/orders/raw/source=refunds/*']] },
          }),
        ]),
      },
    });
  });
});

describe('a pipeline of a stream and a topic', () => {
  it('has the handlers of both kinds', () => {
    const handlers = ['Processor', 'Tick', 'Processorreturns', 'Tickreturns', 'Receiver'].map(
      (part) => partOf(mixed, FUNCTION, `${part}Function`)['Handler'],
    );
    expect(handlers).toEqual(
      ['process-kinesis', 'tick', 'process-kafka', 'tick-kafka', 'receive'].map((name) => `${name}.handler`),
    );
  });

  it('has what reads the stream outside of the network, and what reads the topic and receives inside', () => {
    const inside = ['Processor', 'Tick', 'Processorreturns', 'Tickreturns', 'Receiver'].filter(
      (part) => partOf(mixed, FUNCTION, `${part}Function`)['VpcConfig'] !== undefined,
    );
    expect(inside).toEqual(['Processorreturns', 'Tickreturns', 'Receiver']);
  });

  it('tells the brokers to what reads the topic and not to what reads the stream, nor the stream to the other', () => {
    const known = (name: string) =>
      ['Processor', 'Tick', 'Processorreturns', 'Tickreturns'].filter((part) => name in variablesOf(mixed, part));
    expect(known('TIDEMARK_KAFKA_BROKERS')).toEqual(['Processorreturns', 'Tickreturns']);
    expect(known('TIDEMARK_STREAM')).toEqual(['Processor', 'Tick']);
  });

  it.each([
    ['Processor', /^IngestStream\.Arn$/],
    ['Tick', /^IngestStream\.Arn$/],
    ['Processorreturns', /^arn:aws:kafka:.*(:cluster\/orders\/[^/]+|\/returns|\/tidemark-orders-dev-.*-returns)$/],
    ['Tickreturns', /^arn:aws:kafka:.*(:cluster\/orders\/[^/]+|\/returns)$/],
  ])('lets %s read its own source alone', (part, own) => {
    const read = readBy(mixed, part);
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((resource) => !own.test(resource))).toEqual([]);
  });

  it('makes the topic, and waits for it with what reads it', () => {
    const template = synthesize({ topology: united(orders, returns), overrides: { kafka: { services: ['sqs'] } } });
    expect(idsOf(template, 'Custom::KafkaTopic')).toEqual([expect.stringMatching(/^TopicsSourcereturns/)]);
    const waiting = Object.entries(template.findResources(MAPPING)).filter(([, { DependsOn }]) =>
      /TopicsSourcereturns/.test(JSON.stringify(DependsOn ?? [])),
    );
    expect(waiting.map(([id]) => id)).toEqual([expect.stringMatching(/^ProcessorreturnsMapping/)]);
  });

  it('needs a way out of the network to the queue and to nothing that only the stream needs', () => {
    expect(() => synthesize({ topology: united(orders, returns) })).toThrow(
      expect.objectContaining({ code: 'SERVICE_OUT_OF_REACH', context: expect.objectContaining({ service: 'sqs' }) }),
    );
    expect(() =>
      synthesize({ topology: united(orders, returns), overrides: { kafka: { services: ['sqs'] } } }),
    ).not.toThrow();
  });

  it('has all functions inside, with a way to Kinesis, where results go into a topic too', () => {
    const topology = {
      ...united(orders, returns),
      sinks: [{ kind: 'topic', topic: 'totals', latestPer: 'key' } as const],
    };
    expect(() => synthesize({ topology, overrides: { kafka: { services: ['sqs'] } } })).toThrow(
      expect.objectContaining({ context: expect.objectContaining({ service: 'kinesis-streams' }) }),
    );
    const template = synthesize({ topology, overrides: { kafka: { services: ['sqs', 'kinesis-streams'] } } });
    expect(partOf(template, FUNCTION, 'ProcessorFunction')).toHaveProperty('VpcConfig');
  });
});

describe('a pipeline of two topics', () => {
  const groupOf = (part: string): string => {
    const { ConsumerGroupId } = partOf(topics, MAPPING, `${part}Mapping`)['AmazonManagedKafkaEventSourceConfig'] as {
      readonly ConsumerGroupId: unknown;
    };
    return JSON.stringify(ConsumerGroupId);
  };

  it('reads each by a consumer group of its own', () => {
    expect(groupOf('Processor')).not.toContain('returns');
    expect(groupOf('Processorreturns')).toMatch(/-returns"/);
  });

  it('keeps both topics, the first under the id that it has alone', () => {
    const template = synthesize({ topology: united(purchases, returns), overrides: { kafka: { services: ['sqs'] } } });
    expect(idsOf(template, 'Custom::KafkaTopic').map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'TopicsSource',
      'TopicsSourcereturns',
    ]);
  });

  it('stands outside of any network where the brokers are on the internet', () => {
    const template = synthesize({
      topology: united(purchases, returns),
      overrides: { kafka: { cluster: selfManaged } },
    });
    expect(
      Object.values(template.findResources(FUNCTION)).flatMap(({ Properties }) => Properties.VpcConfig ?? []),
    ).toEqual([]);
  });

  it('has names that fit, however long those of its topics are', () => {
    const long = { ...returns, topic: 'r'.repeat(249) };
    const template = synthesize({
      topology: { ...united(purchases, long, { ...returns, topic: `${'r'.repeat(248)}s` }), name: 'o'.repeat(63) },
      overrides: { kafka, archive: false },
    });
    const names = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
      String(Properties.AlarmName),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(256);
    for (const { Properties } of Object.values(template.findResources(FUNCTION)))
      expect(String(Properties.Description).length).toBeLessThan(257);
  });
});

describe('the AWS Solutions rules', () => {
  it.each([
    ['two streams', united(orders, refunds)],
    ['a stream and a topic', united(orders, returns)],
    ['two topics', united(purchases, returns)],
  ])('leave no finding open in a pipeline of %s', (_, topology) => {
    const stack = pipelineStack({
      topology,
      stage: 'prod',
      overrides: { archive: topology.sources?.every(({ kind }) => kind === 'kinesis') === true, kafka },
    });
    expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
  });
});
