import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, TidemarkError } from '../engine/errors.ts';
import { SOURCE_EXTENSION } from '../lambdas/source-extension.ts';
import type { DeployedTopology } from './deployed-topology.ts';

export interface LoadedPipeline {
  readonly name: string;
  /** Absolute path of its module. */
  readonly file: string;
  readonly topology: DeployedTopology;
}

export interface LoadOptions {
  /** Folder of the definitions, one module each. @default `pipelines/` of this project */
  readonly folder?: string;
  /** @default the runtime's own `import()` */
  readonly importModule?: (file: string) => Promise<{ readonly default?: unknown }>;
}

const projectPipelines = resolve(import.meta.dirname, '../pipelines');

/**
 * Loads the pipelines that `selection` names.
 *
 * @param selection `flights`, `flights,orders` or `all`
 * @throws NAME_RESERVED (invalid) when one is named `kafka`
 * @throws UNKNOWN_PIPELINE (invalid) when there is no such file
 * @throws BROKEN_PIPELINE (invalid) when its module throws
 * @throws NOT_A_PIPELINE (invalid) when its default export is not a complete pipeline of that name
 */
export async function loadPipelines(selection: string, options: LoadOptions = {}): Promise<LoadedPipeline[]> {
  const { folder = projectPipelines, importModule = importFile } = options;
  const known = pipelineNames(folder);
  const names = selection === 'all' ? known : [...new Set(selection.split(',').map((name) => name.trim()))];
  if (names.includes('kafka')) throw refused('NAME_RESERVED', "pipeline must have another name than the cluster's stack", 'kafka', 'give module and pipeline another one');
  for (const name of names) {
    if (!known.includes(name)) throw refused('UNKNOWN_PIPELINE', `pipeline must be one of ${known.join(', ') || 'none'}`, name, `add ${resolve(folder, name)}.ts or correct the name`);
  }
  return Promise.all(names.map((name) => loadPipeline(name, resolve(folder, `${name}${SOURCE_EXTENSION}`), importModule)));
}

function pipelineNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(SOURCE_EXTENSION) && !file.endsWith('.d.ts'))
    .map((file) => file.slice(0, -SOURCE_EXTENSION.length))
    .sort();
}

async function loadPipeline(name: string, file: string, importModule: NonNullable<LoadOptions['importModule']>): Promise<LoadedPipeline> {
  const module = await importModule(file).catch((cause: unknown) => {
    throw refused('BROKEN_PIPELINE', `module ${file} must load`, messageOf(cause), 'correct it', cause);
  });
  const pipeline = module.default;
  if (!isPipeline(pipeline)) {
    throw refused('NOT_A_PIPELINE', `default export of ${file} must be a complete pipeline`, typeof pipeline, "write export default pipeline('…') … .to(…)");
  }
  if (pipeline.topology.name !== name) {
    throw refused('NOT_A_PIPELINE', `pipeline of ${file} must be named ${name}`, pipeline.topology.name, 'name the file as the pipeline');
  }
  return { name, file, topology: pipeline.topology };
}

function isPipeline(value: unknown): value is { readonly topology: DeployedTopology } {
  const topology = fieldOf(value, 'topology');
  return typeof fieldOf(topology, 'name') === 'string' && ['kinesis', 'kafka'].includes(String(fieldOf(fieldOf(topology, 'source'), 'kind'))) && Array.isArray(fieldOf(topology, 'sinks'));
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

function importFile(file: string): Promise<{ readonly default?: unknown }> {
  return import(pathToFileURL(file).href);
}

function refused(code: string, rule: string, given: string, remedy: string, cause?: unknown): TidemarkError {
  return new TidemarkError('invalid', code, `${rule}, got ${JSON.stringify(given)}; ${remedy}`, { cause });
}
