import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isKind, messageOf, TidemarkError } from '../engine/errors.ts';
import type { Pipeline } from '../engine/index.ts';
import { sql } from '../sql/index.ts';
import { SOURCE_EXTENSION, SQL_EXTENSION } from './source-extension.ts';

/** What a module may export. */
export type ImportModule = (file: string) => Promise<{ readonly default?: unknown }>;

/** Definitions of this project, one module or file of SQL each. */
export const PIPELINES = resolve(import.meta.dirname, '../pipelines');

/** Names of the pipelines in a folder, ascending; none when there is no such folder. */
export function pipelineNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).flatMap((file) => {
    const extension = [SOURCE_EXTENSION, SQL_EXTENSION].find((one) => file.endsWith(one));
    return extension === undefined || file.endsWith('.d.ts') ? [] : [file.slice(0, -extension.length)];
  });
  return [...new Set(names)].sort();
}

/**
 * The module or the file of SQL that defines a pipeline of a folder.
 *
 * @throws NAME_TAKEN (invalid) when there are both
 */
export function pipelineFile(folder: string, name: string): string {
  const [module, text] = [join(folder, `${name}${SOURCE_EXTENSION}`), join(folder, `${name}${SQL_EXTENSION}`)];
  if (!existsSync(text)) return module;
  if (!existsSync(module)) return text;
  throw new TidemarkError(
    'invalid',
    'NAME_TAKEN',
    `pipeline ${name} must be defined by one file, got ${JSON.stringify([basename(module), basename(text)])}; rename one of them`,
  );
}

/**
 * The pipeline that a module exports by default, or that a file of SQL is.
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

async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  if (file.endsWith(SQL_EXTENSION))
    return { default: sql(basename(file, SQL_EXTENSION), await readFile(file, 'utf8')) };
  return import(pathToFileURL(file).href);
}
