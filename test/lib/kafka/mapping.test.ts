import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { KafkaClusterSettings, KafkaPolling } from '../../../lib/ingest/kafka/settings.ts';
import { created, existing, selfManaged } from '../ingest/kafka/clusters.ts';
import { purchases, synthesize } from '../synthesize.ts';

const MAPPING = 'AWS::Lambda::EventSourceMapping';
const onDemand: KafkaPolling = { mode: 'on-demand' };
const provisioned: KafkaPolling = { mode: 'provisioned', minPollers: 2, maxPollers: 9 };
const clusters: ReadonlyArray<readonly [string, KafkaClusterSettings]> = [
  ['serverless', created.serverless],
  ['provisioned', created.provisioned],
  ['existing', existing],
  ['self-managed', selfManaged],
];
const template = (cluster: KafkaClusterSettings, polling: KafkaPolling = onDemand, more = {}) =>
  synthesize({ topology: purchases, overrides: { kafka: { cluster, polling }, ...more } });

describe.each(clusters)('the event source mapping of a topic, cluster %s', (_, cluster) => {
  describe.each([onDemand, provisioned])('polled %j', (polling) => {
    const mapped = template(cluster, polling);

    it('reads the one topic from its first record, for a group that lives as long as the logs of the stack (PL-15)', () => {
      const uniqueOfStack = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
      const config = { ConsumerGroupId: { 'Fn::Join': ['', ['tidemark-orders-dev-', uniqueOfStack]] } };
      const [of, notOf] =
        cluster.kind === 'self-managed' ? ['SelfManaged', 'AmazonManaged'] : ['AmazonManaged', 'SelfManaged'];
      mapped.resourceCountIs(MAPPING, 1);
      mapped.hasResourceProperties(MAPPING, {
        Topics: ['purchases'],
        StartingPosition: 'TRIM_HORIZON',
        Enabled: true,
        [`${of}KafkaEventSourceConfig`]: config,
        [`${notOf}KafkaEventSourceConfig`]: Match.absent(),
      });
    });

    it('batches as the pipeline says', () => {
      mapped.hasResourceProperties(MAPPING, { BatchSize: 250, MaximumBatchingWindowInSeconds: 2 });
    });

    it('leaves out no record, and has nowhere to put any, which would end its retries (PL-15)', () => {
      mapped.hasResourceProperties(MAPPING, {
        FilterCriteria: Match.absent(),
        DestinationConfig: Match.absent(),
        ParallelizationFactor: Match.absent(),
      });
    });

    it('is made when the topic is there and the function has its rights', () => {
      mapped.hasResource(MAPPING, {
        DependsOn: [Match.stringLikeRegexp('^TopicsSource')],
        Properties: { FunctionName: { Ref: Match.stringLikeRegexp('^ProcessorFunction') } },
      });
      mapped.hasResource('AWS::Lambda::Function', {
        DependsOn: Match.arrayWith([Match.stringLikeRegexp('^ProcessorRoleDefaultPolicy')]),
      });
    });
  });

  it('retries what failed for ever, whatever its age, with pollers of its own (PL-15)', () => {
    template(cluster, provisioned).hasResourceProperties(MAPPING, {
      ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 9 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: false,
    });
  });

  it('says nothing of it on demand, where Lambda has no such settings', () => {
    const absent = [
      'ProvisionedPollerConfig',
      'FunctionResponseTypes',
      'MaximumRetryAttempts',
      'MaximumRecordAgeInSeconds',
      'BisectBatchOnFunctionError',
    ];
    template(cluster).hasResourceProperties(MAPPING, Object.fromEntries(absent.map((name) => [name, Match.absent()])));
  });

  it('reports batch item failures just where both functions are told so', () => {
    for (const [polling, told] of [
      [onDemand, 'no'],
      [provisioned, 'yes'],
    ] as const) {
      template(cluster, polling).resourcePropertiesCountIs(
        'AWS::Lambda::Function',
        { Environment: { Variables: Match.objectLike({ TIDEMARK_PARTIAL_BATCHES: told }) } },
        2,
      );
    }
  });
});

describe('the event source mapping of a topic', () => {
  it('reaches a cluster of MSK by its ARN, and another by its brokers and credentials', () => {
    template(existing).hasResourceProperties(MAPPING, {
      EventSourceArn: existing.clusterArn,
      SelfManagedEventSource: Match.absent(),
    });
    template(selfManaged).hasResourceProperties(MAPPING, {
      EventSourceArn: Match.absent(),
      SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: selfManaged.brokers } },
      SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: selfManaged.auth.secretArn }],
    });
  });

  it('waits for no topic that is there already', () => {
    const mapped = synthesize({
      topology: purchases,
      overrides: { kafka: { cluster: existing, topics: { purchases: 'existing' } } },
    });
    mapped.hasResource(MAPPING, { DependsOn: Match.absent() });
  });

  it('takes a batch of 14 minutes, for which Lambda waits, and no longer one', () => {
    template(existing, onDemand, { timeoutMs: 840_000 }).resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { Timeout: 840 },
      2,
    );
    expect(() => template(existing, onDemand, { timeoutMs: 841_000 })).toThrow(
      'timeoutMs must be at most 840000 where a topic is read, got 841000; pass minutes(14)',
    );
  });

  it('refuses a batching window of half a second', () => {
    const topology = { ...purchases, source: { ...purchases.source, maxBatchingWindowMs: 500 } };
    expect(() => synthesize({ topology, overrides: { kafka: { cluster: existing } } })).toThrow(
      'maxBatchingWindowMs must be a multiple of 1000, got 500; pass seconds(1)',
    );
  });
});
