import { App } from 'aws-cdk-lib';
import { resolve } from 'node:path';
import { isKind } from '../engine/errors.ts';
import { addChecks } from './checks.ts';
import { requireOneOwner } from '../lib/ingest/one-owner.ts';
import { loadPipelines } from '../lib/load-pipeline.ts';
import { PipelineStack } from '../lib/pipeline-stack.ts';
import { parseStage, parseTarget, stageSettings } from '../lib/settings.ts';
import { atRest, atRestText, type PricedTemplate } from '../operate/cost/at-rest.ts';
import { stages, targets } from './stages.ts';

/**
 * The CDK app: one stack per pipeline.
 *
 * @example cdk deploy -c pipelines=flights,orders -c stage=prod
 * @example cdk deploy -c folder=../my-pipelines -c pipelines=all
 * @example AWS_ENDPOINT_URL=http://localhost:4566 cdk deploy -c target=emulator
 */
async function build(app: App): Promise<void> {
  const stage = parseStage(String(app.node.tryGetContext('stage') ?? 'dev'));
  const target = parseTarget(String(app.node.tryGetContext('target') ?? 'aws'));
  const settings = stageSettings(stage, { ...stages[stage], ...targets[target] });
  const folder: unknown = app.node.tryGetContext('folder');
  const leftOut = (name: string): void => console.error(`${name} is left out: a stack for a Kafka source is not there yet, see docs/kafka.md`);
  const pipelines = await loadPipelines(String(app.node.getContext('pipelines')), { leftOut, ...(typeof folder === 'string' ? { folder: resolve(folder) } : {}) });
  requireOneOwner(pipelines.map(({ topology }) => topology), settings);
  for (const { name, file, topology } of pipelines) {
    new PipelineStack(app, `Tidemark-${name}-${stage}`, { topology, pipelineFile: file, settings });
  }
  addChecks(app);
}

try {
  const app = new App({ autoSynth: false });
  await build(app);
  const { stacks } = app.synth();
  const templates = stacks.map(({ template }) => template as PricedTemplate);
  for (const { stackName, template } of stacks) console.error(atRestText(stackName, atRest(template as PricedTemplate, templates)));
} catch (error) {
  // What the user can correct is one line; anything else keeps its stack trace.
  if (!isKind(error, 'invalid')) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
