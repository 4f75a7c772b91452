/** Synthesises a pipeline from topic to topic on every kind of Kafka cluster, each into a folder of its own below the given one. */
import { App } from 'aws-cdk-lib';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isCreated } from '../../lib/ingest/kafka/kafka-cluster.ts';
import { KafkaStack } from '../../lib/kafka-stack.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { stageSettings } from '../../lib/settings.ts';
import { everyKind, subnets } from '../lib/ingest/kafka/clusters.ts';
import { context, orders } from '../lib/synthesize.ts';

const [folder] = process.argv.slice(2);
assert(folder, 'node kafka-clusters.ts <folder>');

const topology = {
  ...orders,
  source: { kind: 'kafka', topic: 'purchases', format: { kind: 'json' }, batchSize: 250, maxBatchingWindowMs: 2_000 },
  sinks: [...orders.sinks, { kind: 'topic', topic: 'totals', latestPer: 'window' }],
} as const;
const pollings = [{ mode: 'on-demand' }, { mode: 'provisioned', minPollers: 1, maxPollers: 10 }] as const;
const kinds = [...everyKind, ['serverless-existing-network', { kind: 'serverless', network: subnets }]] as const;

for (const [name, cluster] of kinds) {
  for (const polling of pollings) {
    const settings = stageSettings('prod', { kafka: { cluster, polling, services: ['glue', 'kinesis-streams'] } });
    const app = new App({
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
      outdir: join(folder, `${name}-${polling.mode}`),
    });
    const kafka = isCreated(cluster) ? new KafkaStack(app, 'Tidemark-kafka-prod', { settings }).cluster : undefined;
    new PipelineStack(app, 'Tidemark-orders-prod', {
      topology,
      pipelineFile: 'pipelines/orders.ts',
      settings,
      cluster: kafka,
    });
    app.synth();
  }
}
