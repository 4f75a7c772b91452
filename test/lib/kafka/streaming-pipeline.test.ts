import { describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { kafkaCluster, stageSettings, StreamingPipeline } from '../../../lib/index.ts';
import { existing } from '../ingest/kafka/clusters.ts';
import { rightsOf } from '../rights.ts';
import { purchases, synthesize } from '../synthesize.ts';

const newStack = (): Stack => new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop');
const shop = { pipeline: { topology: purchases }, entry: 'pipelines/orders.ts' };

describe('StreamingPipeline with a topic', () => {
  it('makes a cluster of its own when it is given none', () => {
    const stack = newStack();
    const { cluster, topic, stream } = new StreamingPipeline(stack, 'Orders', {
      ...shop,
      settings: stageSettings('dev'),
    });
    expect([cluster?.metricsName, topic, stream]).toEqual(['tidemark-dev', 'purchases', undefined]);
    Template.fromStack(stack).resourceCountIs('AWS::MSK::ServerlessCluster', 1);
  });

  it('shares the one that it is given', () => {
    const stack = newStack();
    const settings = stageSettings('dev', { kafka: { cluster: existing } });
    const cluster = kafkaCluster(stack, 'Kafka', { settings });
    const [orders, returns] = ['orders', 'returns'].map((name) => {
      const pipeline = {
        topology: { ...purchases, name, source: { ...purchases.source, kind: 'kafka', topic: name } as const },
      };
      return new StreamingPipeline(stack, name, { ...shop, pipeline, settings: stageSettings('dev'), cluster });
    });
    expect([orders?.cluster, returns?.cluster]).toEqual([cluster, cluster]);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::MSK::ServerlessCluster', 0);
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: existing.clusterArn });
  });

  it('lets producers put records into the topic', () => {
    const stack = newStack();
    const pipeline = new StreamingPipeline(stack, 'Orders', {
      ...shop,
      settings: stageSettings('dev', { kafka: { cluster: existing } }),
    });
    pipeline.grantPut(new Role(stack, 'Shop', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    const topicArn = `${existing.clusterArn.replace(':cluster/', ':topic/')}/purchases`;
    expect(rightsOf(Template.fromStack(stack))).toContainEqual({
      actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
      resources: [topicArn],
    });
  });
});

describe('a pipeline stack with a topic', () => {
  it('tells the names that an operator needs', () => {
    const template = synthesize({ topology: purchases, overrides: { kafka: { cluster: existing } } });
    const tables = ['PartitionLogTableName', 'ResultsTableName', 'SnapshotBucketName'];
    const names = ['AlarmTopicArn', 'Brokers', 'LakeBucketName', ...tables, 'TopicName'];
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual(names);
    template.hasOutput('TopicName', { Value: 'purchases' });
    template.hasOutput('Brokers', { Value: existing.brokers.join(',') });
  });

  it('is the same template every time', () => {
    expect(synthesize({ topology: purchases }).toJSON()).toEqual(synthesize({ topology: purchases }).toJSON());
  });

  it('of a stream has nothing of Kafka', () => {
    const types = Object.values(synthesize().toJSON()['Resources'] as Record<string, { readonly Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => /Kafka|MSK|EC2/.test(type))).toEqual([]);
  });
});
