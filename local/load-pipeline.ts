import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireSetting, TidemarkError } from '../engine/errors.ts';
import type { Pipeline } from '../engine/index.ts';
import { importPipeline, pipelineNames, PIPELINES } from '../lambdas/pipeline-module.ts';
import { SOURCE_EXTENSION } from '../lambdas/source-extension.ts';

export interface LoadedPipeline extends Pick<Pipeline, 'plan' | 'topology' | 'fragments'> {
  /** Absolute path of its module. */
  readonly file: string;
}

/**
 * The pipeline of this name in `pipelines/`, or in the module at this path.
 *
 * @throws UNKNOWN_PIPELINE, BROKEN_PIPELINE, NOT_A_PIPELINE and what its definition throws (invalid)
 */
export async function loadPipeline(nameOrPath: string, folder = PIPELINES): Promise<LoadedPipeline> {
  const file = fileOf(nameOrPath, folder);
  const { plan, topology, fragments } = await importPipeline(file);
  requireSetting(
    'pipeline name',
    topology.name,
    topology.name !== 'lake',
    'another word than lake, which is a folder of the data dir',
    'choose another name',
  );
  return { file, plan, topology, fragments };
}

function fileOf(nameOrPath: string, folder: string): string {
  const known = pipelineNames(folder);
  if (known.includes(nameOrPath)) return join(folder, `${nameOrPath}${SOURCE_EXTENSION}`);
  const path = resolve(nameOrPath);
  const isPath = /\.[cm]?[jt]s$/.test(nameOrPath);
  if (isPath && existsSync(path)) return path;
  if (isPath)
    throw new TidemarkError(
      'invalid',
      'UNKNOWN_PIPELINE',
      `pipeline must be a file that is there, got ${JSON.stringify(path)}; correct the path`,
    );
  throw new TidemarkError(
    'invalid',
    'UNKNOWN_PIPELINE',
    `pipeline must be one of ${known.join(', ') || 'none'}, or the path of a .ts file, got ${JSON.stringify(nameOrPath)}; correct the name`,
  );
}
