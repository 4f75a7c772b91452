import { describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { KafkaStack } from '../../lib/kafka-stack.ts';
import { stageSettings } from '../../lib/settings.ts';
import { created, existing, kafkaStack, usingStack } from './ingest/kafka/clusters.ts';
import { context } from './synthesize.ts';

describe('the stack of a cluster', () => {
  it('is the same whichever pipelines there are', () => {
    const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
    const stack = new KafkaStack(app, 'Tidemark-kafka-dev', { settings: stageSettings('dev') });
    const user = new Stack(app, 'Tidemark-orders-dev');
    const role = new Role(user, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    stack.cluster.grantPoll(role, 'departures', 'tidemark-orders-dev');
    expect(Template.fromStack(stack).toJSON()).toEqual(Template.fromStack(kafkaStack(created.serverless)).toJSON());
  });

  it('cannot be deleted as long as a pipeline refers to it', () => {
    const template = JSON.stringify(
      Template.fromStack(
        usingStack(created.serverless, (cluster, role) => cluster.grantRead(role, 'departures')),
      ).toJSON(),
    );
    expect(template).toContain('{"Fn::ImportValue":"Tidemark-kafka-dev:ExportsOutputFnGetAttKafkaCluster');
    expect(template).not.toContain('Fn::GetStackOutput');
  });

  it('cannot be deleted by mistake in prod', () => {
    expect(kafkaStack(created.serverless, { stage: 'prod' }).terminationProtection).toBe(true);
    expect(kafkaStack(created.serverless).terminationProtection).toBe(false);
  });

  it('is none for a cluster of somebody else', () => {
    const settings = stageSettings('dev', { kafka: { cluster: existing } });
    expect(() => new KafkaStack(new App(), 'Tidemark-kafka-dev', { settings })).toThrow(
      'kafka.cluster.kind must be of a cluster that is created, got "existing"; refer to one that exists by kafkaCluster(…)',
    );
  });
});
