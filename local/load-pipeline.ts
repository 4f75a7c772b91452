import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isKind, messageOf, requireSetting, TidemarkError } from '../engine/errors.ts';
import { SOURCE_EXTENSION } from '../lambdas/source-extension.ts';
import type { Pipeline } from '../engine/index.ts';

export interface LoadedPipeline extends Pick<Pipeline, 'plan' | 'topology'> {
  /** Absolute path of its module. */
  readonly file: string;
}

const PIPELINES = resolve(import.meta.dirname, '../pipelines');

/**
 * The pipeline of this name in `pipelines/`, or in the module at this path.
 *
 * @throws UNKNOWN_PIPELINE, BROKEN_PIPELINE, NOT_A_PIPELINE and what its definition throws (invalid)
 */
export async function loadPipeline(nameOrPath: string, folder = PIPELINES): Promise<LoadedPipeline> {
  const file = fileOf(nameOrPath, folder);
  const module = await importModule(file);
  const { plan, topology } = (module.default ?? {}) as Partial<Pick<Pipeline, 'plan' | 'topology'>>;
  if (plan === undefined || typeof topology?.name !== 'string' || !['kinesis', 'kafka'].includes(topology.source?.kind ?? '')) {
    throw new TidemarkError('invalid', 'NOT_A_PIPELINE', `default export of ${file} must be a complete pipeline, got ${typeof module.default}; write export default pipeline('…') … .to(…)`);
  }
  requireSetting('pipeline name', topology.name, topology.name !== 'lake', 'another word than lake, which is a folder of the data dir', 'choose another name');
  return { file, plan, topology };
}

function fileOf(nameOrPath: string, folder: string): string {
  const known = pipelineNames(folder);
  if (known.includes(nameOrPath)) return join(folder, `${nameOrPath}${SOURCE_EXTENSION}`);
  const path = resolve(nameOrPath);
  const isPath = /\.[cm]?[jt]s$/.test(nameOrPath);
  if (isPath && existsSync(path)) return path;
  if (isPath) throw new TidemarkError('invalid', 'UNKNOWN_PIPELINE', `pipeline must be a file that is there, got ${JSON.stringify(path)}; correct the path`);
  throw new TidemarkError('invalid', 'UNKNOWN_PIPELINE', `pipeline must be one of ${known.join(', ') || 'none'}, or the path of a .ts file, got ${JSON.stringify(nameOrPath)}; correct the name`);
}

function pipelineNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(SOURCE_EXTENSION) && !file.endsWith('.d.ts'))
    .map((file) => file.slice(0, -SOURCE_EXTENSION.length))
    .sort();
}

async function importModule(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    if (isKind(error, 'invalid')) throw error;
    throw new TidemarkError('invalid', 'BROKEN_PIPELINE', `${file} must load, got ${JSON.stringify(messageOf(error))}; correct it`, { cause: error });
  }
}
