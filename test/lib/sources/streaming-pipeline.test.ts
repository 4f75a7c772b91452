import { describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { stageSettings, StreamingPipeline } from '../../../lib/index.ts';
import { existing } from '../ingest/kafka/clusters.ts';
import { rightsOf } from '../rights.ts';
import { orders, returns, synthesize, united } from '../synthesize.ts';

const topology = united(orders, returns);
const overrides = { kafka: { cluster: existing } };
const topicArn = `${existing.clusterArn.replace(':cluster/', ':topic/')}/returns`;

function shop() {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop');
  const pipeline = new StreamingPipeline(stack, 'Orders', {
    pipeline: { topology },
    entry: 'pipelines/orders.ts',
    settings: stageSettings('dev', overrides),
  });
  const producer = new Role(stack, 'Producer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const writing = () =>
    rightsOf(Template.fromStack(stack)).filter(({ actions }) =>
      actions.some((one) => /:(PutRecords|WriteData)$/.test(one)),
    );
  return { pipeline, producer, writing };
}

describe('StreamingPipeline with several sources', () => {
  it('has each by its name, and the first as if it were alone', () => {
    const { sources, stream, topic, function: fn } = shop().pipeline;
    expect(Object.keys(sources)).toEqual(['purchases', 'returns']);
    expect([sources['purchases']?.stream, sources['purchases']?.topic]).toEqual([stream, undefined]);
    expect([sources['returns']?.stream, sources['returns']?.topic]).toEqual([undefined, 'returns']);
    expect([topic, fn]).toEqual([undefined, sources['purchases']?.function]);
    const functions = Object.values(sources).flatMap((source) => [source.function, source.tick]);
    expect(new Set(functions).size).toBe(4);
  });

  it('lets producers put records into the source that they name, and into the first by default', () => {
    const byDefault = shop();
    byDefault.pipeline.grantPut(byDefault.producer);
    expect(byDefault.writing().flatMap(({ resources }) => resources)).toEqual([expect.stringMatching(/IngestStream/)]);
    const named = shop();
    named.pipeline.grantPut(named.producer, 'returns');
    expect(named.writing().flatMap(({ resources }) => resources)).toEqual([topicArn]);
  });

  it('refuses a producer of a source that it does not have', () => {
    const { pipeline, producer } = shop();
    expect(() => pipeline.grantPut(producer, 'refunds')).toThrow(
      'source must be one of purchases, returns, got "refunds"; correct the name',
    );
  });
});

describe('a pipeline stack with several sources', () => {
  it('tells the names of all of them in one output, those of the first as ever', () => {
    const template = synthesize({ topology, overrides });
    template.hasOutput('StreamName', {});
    expect(Object.keys(template.findOutputs('TopicName'))).toEqual([]);
    template.hasOutput('Sources', {
      Value: { 'Fn::Join': ['', ['{"purchases":"', Match.anyValue(), '","returns":"returns"}']] },
    });
  });

  it('has no such output with one source', () => {
    expect(Object.keys(synthesize().findOutputs('Sources'))).toEqual([]);
  });
});
