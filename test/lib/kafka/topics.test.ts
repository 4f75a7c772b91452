import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { Template } from 'aws-cdk-lib/assertions';
import type { KafkaSettings } from '../../../lib/ingest/kafka/settings.ts';
import type { StageOverrides } from '../../../lib/settings.ts';
import { created, existing, selfManaged } from '../ingest/kafka/clusters.ts';
import { orders, purchases, synthesize } from '../synthesize.ts';

const TOPIC = 'Custom::KafkaTopic';
const template = (kafka: Partial<KafkaSettings>, overrides: StageOverrides = {}): Template =>
  synthesize({ topology: purchases, overrides: { ...overrides, kafka: { cluster: existing, ...kafka } } });

describe('the topic of a source', () => {
  it('has three partitions, the copies of its cluster, and the retention of the stage', () => {
    template({}, { streamRetentionHours: 168 }).hasResourceProperties(TOPIC, {
      topic: 'purchases',
      partitions: 3,
      replicationFactor: 3,
      configs: { 'cleanup.policy': 'delete', 'retention.ms': '604800000' },
      deleteWithStack: false,
    });
  });

  it('is what the stage says of it', () => {
    template({
      topics: { purchases: { partitions: 12, retentionHours: 6 }, others: { partitions: 1 } },
    }).hasResourceProperties(TOPIC, {
      partitions: 12,
      configs: { 'cleanup.policy': 'delete', 'retention.ms': '21600000' },
    });
  });

  it('is never compacted: records would go before they are counted (PL-15)', () => {
    expect(() => template({ topics: { purchases: { cleanup: 'compact' } } })).toThrow(
      'kafka.topics.purchases.cleanup must be \'delete\' for a topic that is read: compaction would take records before they are counted, got "compact"; leave it out',
    );
  });

  it('gets what its cluster does not see to itself', () => {
    template({ cluster: selfManaged }).hasResourceProperties(TOPIC, {
      configs: Match.objectLike({ 'min.insync.replicas': '2' }),
    });
    template({ cluster: created.serverless }).hasResourceProperties(TOPIC, {
      configs: { 'min.insync.replicas': Match.absent() },
    });
  });

  it('stays with its records whatever becomes of the stack, in every stage', () => {
    for (const stage of ['dev', 'prod'] as const) {
      synthesize({ topology: purchases, stage, overrides: { kafka: { cluster: existing } } }).hasResource(TOPIC, {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });

  it('goes with the stack only if the stage says so, and never because another topic takes its place', () => {
    const gone = template({ topics: { purchases: { deleteWithStack: true } } });
    gone.hasResource(TOPIC, {
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Retain',
      Properties: { deleteWithStack: true },
    });
  });

  it("is nobody of the stack's when it is somebody else's: there is no function for topics either", () => {
    const theirs = template({ topics: { purchases: 'existing' } });
    theirs.resourceCountIs(TOPIC, 0);
    theirs.resourceCountIs('AWS::Lambda::Function', 2);
  });

  it('is there before the tick asks for it', () => {
    template({}).hasResource('AWS::Scheduler::Schedule', { DependsOn: [Match.stringLikeRegexp('^TopicsSource')] });
  });
});

describe('the topic of results', () => {
  const topology = { ...orders, sinks: [{ kind: 'topic', topic: 'totals', latestPer: 'key' }] } as const;

  it('is compacted, for its readers want the newest, and forgets nothing by age', () => {
    synthesize({ topology, overrides: { kafka: { cluster: existing } } }).hasResourceProperties(TOPIC, {
      topic: 'totals',
      configs: { 'cleanup.policy': 'compact', 'retention.ms': Match.absent() },
    });
  });

  it('keeps every firing for some time where the stage says so', () => {
    const kafka = { cluster: existing, topics: { totals: { cleanup: 'delete', retentionHours: 2 } } } as const;
    synthesize({ topology, overrides: { kafka } }).hasResourceProperties(TOPIC, {
      topic: 'totals',
      configs: { 'cleanup.policy': 'delete', 'retention.ms': '7200000' },
    });
  });

  it('is made beside that of the source, by one function', () => {
    const both = synthesize({
      topology: { ...topology, source: purchases.source },
      overrides: { kafka: { cluster: existing } },
    });
    expect(Object.values(both.findResources(TOPIC)).map(({ Properties }) => String(Properties.topic))).toEqual([
      'purchases',
      'totals',
    ]);
    both.resourceCountIs('AWS::Lambda::Function', 4);
  });

  it('takes the functions of a stream into the network of the cluster, with a way to the stream', () => {
    const kafka = { cluster: created.serverless, services: ['kinesis-streams'] } as const;
    const inNetwork = synthesize({ topology, overrides: { kafka } });
    inNetwork.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      {
        VpcConfig: Match.anyValue(),
        Environment: { Variables: Match.objectLike({ TIDEMARK_STAGE: 'dev', TIDEMARK_KAFKA_AUTH: 'iam' }) },
      },
      2,
    );
    inNetwork.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^IngestStream'), 'Arn'] },
    });
    expect(() => synthesize({ topology, overrides: { kafka: { ...kafka, services: [] } } })).toThrow(
      expect.objectContaining({
        code: 'SERVICE_OUT_OF_REACH',
        message: expect.stringContaining('kinesis({ … }) of orders'),
      }),
    );
  });
});

describe('the function for topics', () => {
  it('has no pipeline, and is told how to reach the brokers and nothing else', () => {
    template({}).hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Tidemark: makes and configures the topics of a stack',
      Timeout: 300,
      Environment: {
        Variables: Match.exact({
          TIDEMARK_KAFKA_BROKERS: existing.brokers.join(','),
          TIDEMARK_KAFKA_AUTH: 'iam',
        }),
      },
    });
  });

  it("is made after its rights, and called by one of the library's that is made after its own", () => {
    const made = template({});
    made.hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^TopicsProviderRoleDefaultPolicy')]),
    });
    made.hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^TopicsProviderFrameworkRoleDefaultPolicy')]),
    });
    made.hasResourceProperties(TOPIC, {
      ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TopicsProviderFramework'), 'Arn'] },
      ServiceTimeout: '600',
    });
  });

  it('keeps its logs as long as the others', () => {
    template({}, { logRetention: 7 }).allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});
