import { App } from 'aws-cdk-lib';
import { resolve } from 'node:path';
import { isKind } from '../engine/errors.ts';
import { addChecks } from './checks.ts';
import { isCreated } from '../lib/ingest/kafka/kafka-cluster.ts';
import { requireKnownTopics, unusedTopics } from '../lib/ingest/kafka/known-topics.ts';
import { topicsOf } from '../lib/ingest/kafka/pipeline-topics.ts';
import { requireOneOwner } from '../lib/ingest/one-owner.ts';
import { KafkaStack } from '../lib/kafka-stack.ts';
import { loadPipelines } from '../lib/load-pipelines.ts';
import { PipelineStack } from '../lib/pipeline-stack.ts';
import { parseStage, parseTarget, stageSettings } from '../lib/settings.ts';
import { atRest, atRestText } from '../operate/cost/at-rest.ts';
import type { PricedTemplate } from '../operate/cost/priced-template.ts';
import { onTarget } from './on-target.ts';
import { stages, targets } from './stages.ts';

/**
 * The CDK app: one stack per pipeline, and one for the Kafka cluster that those with a topic share, if the stage creates it.
 *
 * @returns how many receivers a stack has whose pipeline has an exchange
 *
 * @example cdk deploy -c pipelines=flights,orders -c stage=prod
 * @example cdk deploy -c folder=../my-pipelines -c pipelines=all
 * @example AWS_ENDPOINT_URL=http://localhost:4566 cdk deploy -c target=emulator
 */
async function build(app: App): Promise<ReadonlyMap<string, readonly number[]>> {
  const stage = parseStage(String(app.node.tryGetContext('stage') ?? 'dev'));
  const target = parseTarget(String(app.node.tryGetContext('target') ?? 'aws'));
  const settings = stageSettings(stage, { ...stages[stage], ...targets[target] });
  const folder: unknown = app.node.tryGetContext('folder');
  const selection = String(app.node.getContext('pipelines'));
  const options = typeof folder === 'string' ? { folder: resolve(folder) } : {};
  const pipelines = onTarget(await loadPipelines(selection, options), target, selection);
  const topologies = pipelines.map(({ topology }) => topology);
  // A topic may be that of a pipeline which is not deployed now: then all are looked at.
  if (unusedTopics(topologies, settings).length > 0)
    requireKnownTopics(
      (await loadPipelines('all', options)).map(({ topology }) => topology),
      settings,
    );
  requireOneOwner(topologies, settings);
  const isClusterNeeded =
    topologies.some((topology) => topicsOf(topology).length > 0) && isCreated(settings.kafka.cluster);
  const cluster = isClusterNeeded ? new KafkaStack(app, `Tidemark-kafka-${stage}`, { settings }).cluster : undefined;
  const receivers = new Map<string, readonly number[]>();
  for (const { name, file, topology } of pipelines) {
    const stack = `Tidemark-${name}-${stage}`;
    new PipelineStack(app, stack, { topology, pipelineFile: file, settings, cluster });
    receivers.set(
      stack,
      (topology.downstream ?? []).map(({ exchange }) => exchange.receivers),
    );
  }
  addChecks(app);
  return receivers;
}

try {
  const app = new App({ autoSynth: false });
  const receivers = await build(app);
  const { stacks } = app.synth();
  const templates = stacks.map(({ template }) => template as PricedTemplate);
  for (const { stackName, template } of stacks)
    console.error(atRestText(stackName, atRest(template as PricedTemplate, templates, receivers.get(stackName))));
} catch (error) {
  // What the user can correct is one line; anything else keeps its stack trace.
  if (!isKind(error, 'invalid')) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
