import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeployedKafka, DeployedKinesis, DeployedSource, DeployedTopology } from '../../lib/deployed-topology.ts';
import { isCreated } from '../../lib/ingest/kafka/kafka-cluster.ts';
import { topicsOf } from '../../lib/ingest/kafka/pipeline-topics.ts';
import { KafkaStack } from '../../lib/kafka-stack.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { stageSettings } from '../../lib/settings.ts';
import type { Stage, StageOverrides } from '../../lib/settings.ts';

// The rules of CloudFormation and of the packs have a test of their own; here they would cost five seconds.
process.env['CDK_VALIDATION'] = 'false';

const projectDir = resolve(import.meta.dirname, '../..');
export const { context } = JSON.parse(readFileSync(resolve(projectDir, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

export const orders: DeployedTopology = {
  name: 'orders',
  source: {
    kind: 'kinesis',
    stream: 'purchases',
    format: { kind: 'json' },
    batchSize: 250,
    maxBatchingWindowMs: 2_000,
  },
  results: {
    identity: 'window',
    columns: [
      { name: 'purchases', type: 'integer', descriptor: 'count()' },
      { name: 'meanPriceUsd', type: 'number', descriptor: 'mean(priceUsd)' },
      { name: 'lastItems', type: 'json', descriptor: 'lastItems()' },
    ],
  },
  sideOutputs: [],
  sinks: [{ kind: 'resultTable' }, { kind: 'lake' }],
};

/** The same, fed from a topic. */
export const purchases: DeployedTopology = {
  ...orders,
  source: { kind: 'kafka', topic: 'purchases', format: { kind: 'json' }, batchSize: 250, maxBatchingWindowMs: 2_000 },
};

/** The same, grouped by another key than the partition key. */
export const exchanged = (topology: DeployedTopology): DeployedTopology => ({
  ...topology,
  downstream: [
    {
      exchange: { id: 'by-customer', keyFields: ['customer'], receivers: 4, paceMs: 1_000, generation: 1 },
      delayMs: 0,
    },
  ],
});

/** The same with another key over its results, and all of those together in the end. */
export const exchangedTwice = (topology: DeployedTopology): DeployedTopology => ({
  ...topology,
  downstream: [
    ...(exchanged(topology).downstream ?? []),
    { exchange: { id: 'all', keyFields: ['all'], receivers: 1, paceMs: 1_000, generation: 1 }, delayMs: 10 },
  ],
});

/** The same fed from further sources, which meet in the exchange. */
export const united = (topology: DeployedTopology, ...further: readonly DeployedSource[]): DeployedTopology => ({
  ...exchanged(topology),
  sources: [topology.source, ...further],
});

/** Further sources. */
export const refunds: DeployedKinesis = { ...(orders.source as DeployedKinesis), stream: 'refunds' };
export const returns: DeployedKafka = { ...(purchases.source as DeployedKafka), topic: 'returns' };

export interface SynthesizeOptions {
  readonly topology?: DeployedTopology;
  readonly stage?: Stage;
  readonly overrides?: StageOverrides;
}

/** A stack as `bin/app.ts` makes it, with the flags of cdk.json and without its code bundled. */
export function pipelineStack({
  topology = orders,
  stage = 'dev',
  overrides = {},
}: SynthesizeOptions = {}): PipelineStack {
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const settings = stageSettings(stage, overrides);
  const hasClusterStack = topicsOf(topology).length > 0 && isCreated(settings.kafka.cluster);
  return new PipelineStack(app, `Tidemark-${topology.name}-${stage}`, {
    topology,
    pipelineFile: resolve(projectDir, 'pipelines', `${topology.name}.ts`),
    settings,
    cluster: hasClusterStack ? new KafkaStack(app, `Tidemark-kafka-${stage}`, { settings }).cluster : undefined,
  });
}

export function synthesize(options: SynthesizeOptions = {}): Template {
  return Template.fromStack(pipelineStack(options));
}
