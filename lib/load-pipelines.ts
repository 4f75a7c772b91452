import { resolve } from 'node:path';
import { TidemarkError } from '../engine/errors.ts';
import {
  importPipeline,
  pipelineFile,
  pipelineNames,
  PIPELINES,
  type ImportModule,
} from '../lambdas/pipeline-module.ts';
import type { DeployedTopology } from './deployed-topology.ts';

/** A pipeline that is to be deployed. */
export interface DeployedPipeline {
  readonly name: string;
  /** Absolute path of its module, or of its file of SQL. */
  readonly file: string;
  readonly topology: DeployedTopology;
}

export interface LoadOptions {
  /** Folder of the definitions, one module each. @default `pipelines/` of this project */
  readonly folder?: string;
  /** @default the runtime's own `import()` */
  readonly importModule?: ImportModule;
}

/**
 * Loads the pipelines that `selection` names.
 *
 * @param selection `flights`, `flights,orders` or `all`
 * @throws NAME_RESERVED (invalid) when one is named `kafka`
 * @throws NAME_TAKEN (invalid) when a module and a file of SQL have one name
 * @throws UNKNOWN_PIPELINE (invalid) when there is no such file
 * @throws BROKEN_PIPELINE, NOT_A_PIPELINE (invalid) when its module is not that of a complete pipeline of that name
 */
export async function loadPipelines(
  selection: string,
  { folder = PIPELINES, importModule }: LoadOptions = {},
): Promise<DeployedPipeline[]> {
  const known = pipelineNames(folder);
  const names = selection === 'all' ? known : [...new Set(selection.split(',').map((name) => name.trim()))];
  if (names.includes('kafka'))
    throw refused(
      'NAME_RESERVED',
      "pipeline must have another name than the cluster's stack",
      'kafka',
      'give module and pipeline another one',
    );
  for (const name of names) {
    if (!known.includes(name))
      throw refused(
        'UNKNOWN_PIPELINE',
        `pipeline must be one of ${known.join(', ') || 'none'}`,
        name,
        `add ${resolve(folder, name)}.ts or .sql, or correct the name`,
      );
  }
  return Promise.all(names.map((name) => load(name, resolve(pipelineFile(folder, name)), importModule)));
}

async function load(name: string, file: string, importModule: ImportModule | undefined): Promise<DeployedPipeline> {
  const { topology } = await importPipeline(file, importModule);
  if (topology.name !== name)
    throw refused(
      'NOT_A_PIPELINE',
      `pipeline of ${file} must be named ${name}`,
      topology.name,
      'name the file as the pipeline',
    );
  return { name, file, topology };
}

function refused(code: string, rule: string, given: string, remedy: string): TidemarkError {
  return new TidemarkError('invalid', code, `${rule}, got ${JSON.stringify(given)}; ${remedy}`);
}
