import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isKind, messageOf, TidemarkError } from '../engine/errors.ts';
import type { Pipeline } from '../engine/index.ts';
import { SOURCE_EXTENSION } from './source-extension.ts';

/** What a module may export. */
export type ImportModule = (file: string) => Promise<{ readonly default?: unknown }>;

/** Definitions of this project, one module each. */
export const PIPELINES = resolve(import.meta.dirname, '../pipelines');

/** Names of the pipelines in a folder, ascending; none when there is no such folder. */
export function pipelineNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(SOURCE_EXTENSION) && !file.endsWith('.d.ts'))
    .map((file) => file.slice(0, -SOURCE_EXTENSION.length))
    .sort();
}

/**
 * The pipeline that a module exports by default.
 *
 * @param file absolute path
 * @throws BROKEN_PIPELINE (invalid) when the module throws, but what its definition throws as it is
 * @throws NOT_A_PIPELINE (invalid) when its default export is not a complete pipeline
 */
export async function importPipeline(file: string, importModule: ImportModule = importFile): Promise<Pipeline> {
  const module = await importModule(file).catch((cause: unknown) => {
    if (isKind(cause, 'invalid')) throw cause;
    throw new TidemarkError(
      'invalid',
      'BROKEN_PIPELINE',
      `${file} must load, got ${JSON.stringify(messageOf(cause))}; correct it`,
      { cause },
    );
  });
  const pipeline = module.default;
  if (isPipeline(pipeline)) return pipeline;
  throw new TidemarkError(
    'invalid',
    'NOT_A_PIPELINE',
    `default export of ${file} must be a complete pipeline, got ${typeof pipeline}; write export default pipeline('…') … .to(…)`,
  );
}

function isPipeline(value: unknown): value is Pipeline {
  const { topology, plan } = (value ?? {}) as Partial<Pipeline>;
  return (
    typeof topology?.name === 'string' &&
    ['kinesis', 'kafka'].includes(topology.source?.kind) &&
    Array.isArray(topology.sinks) &&
    Array.isArray(plan?.nodes)
  );
}

function importFile(file: string): Promise<{ readonly default?: unknown }> {
  return import(pathToFileURL(file).href);
}
