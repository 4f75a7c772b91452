import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { requireSetting, TidemarkError } from '../engine/errors.ts';
import type { Pipeline } from '../engine/index.ts';
import { importPipeline, pipelineFile, pipelineNames, PIPELINES } from '../lambdas/pipeline-module.ts';

export interface LoadedPipeline extends Pick<Pipeline, 'plan' | 'topology' | 'fragments'> {
  /** Absolute path of its module, or of its file of SQL. */
  readonly file: string;
}

/**
 * The pipeline of this name in `pipelines/`, or in the module or file of SQL at this path.
 *
 * @throws NAME_TAKEN, UNKNOWN_PIPELINE, BROKEN_PIPELINE, NOT_A_PIPELINE and what its definition throws (invalid)
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
  if (known.includes(nameOrPath)) return pipelineFile(folder, nameOrPath);
  const path = resolve(nameOrPath);
  const isPath = /\.(?:[cm]?[jt]s|sql)$/.test(nameOrPath);
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
    `pipeline must be one of ${known.join(', ') || 'none'}, or the path of a .ts or .sql file, got ${JSON.stringify(nameOrPath)}; correct the name`,
  );
}
