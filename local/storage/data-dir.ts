import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';
import { hasCode, readJsonFile, writeJsonFile } from './json-file.ts';
import { keepToOwner } from './owner-only.ts';

/** Version of the layout below the data dir. */
export const FORMAT = 1;

/**
 * Where the local runner keeps everything of one pipeline.
 *
 * ```
 * .tidemark/tidemark.json      {"format":1}
 * .tidemark/lake/flights/      results/ late/ dead-letters/, written by the lake sink
 * .tidemark/flights/           kinesis/ dynamodb/ blobs/ bundle/ and the runner's own files
 * ```
 */
export interface PipelineDir {
  readonly root: string;
  readonly pipeline: string;
  readonly dir: string;
  readonly kinesis: string;
  readonly dynamodb: string;
  readonly blobs: string;
  readonly bundle: string;
  /** Root of the lake sinks of all pipelines. */
  readonly lake: string;
  readonly lockFile: string;
  /** Addresses of the running emulators. */
  readonly runFile: string;
  readonly metricsFile: string;
}

/** What is kept of each source. */
export interface SourceFiles {
  /** What was put into it. */
  readonly feederFile: string;
  /** How far it was read. */
  readonly checkpointFile: string;
}

/**
 * The files of a source. Of several they bear its name: which one comes first in the definition may change.
 *
 * @param sources all names that the pipeline reads
 */
export function sourceFiles({ dir }: PipelineDir, source: string, sources: readonly string[]): SourceFiles {
  const suffix = sources.length > 1 ? `-${source}` : '';
  return { feederFile: join(dir, `feeder${suffix}.json`), checkpointFile: join(dir, `checkpoints${suffix}.json`) };
}

export function pipelineDir(root: string, pipeline: string): PipelineDir {
  const absolute = resolve(root);
  const dir = join(absolute, pipeline);
  return Object.freeze({
    root: absolute,
    pipeline,
    dir,
    kinesis: join(dir, 'kinesis'),
    dynamodb: join(dir, 'dynamodb'),
    blobs: join(dir, 'blobs'),
    bundle: join(dir, 'bundle'),
    lake: join(absolute, 'lake'),
    lockFile: join(dir, 'lock.json'),
    runFile: join(dir, 'run.json'),
    metricsFile: join(dir, 'metrics.json'),
  });
}

/**
 * Makes the data dir, or checks that it is ours, and keeps it for its owner.
 *
 * @throws DATA_DIR_FOREIGN (invalid) when the folder holds other things
 * @throws DATA_DIR_FORMAT (invalid) when another version of Tidemark wrote it
 */
export function prepareDataDir(root: string): void {
  const absolute = resolve(root);
  const marker = join(absolute, 'tidemark.json');
  const entries = entriesOf(absolute);
  if (entries.length > 0) checkMarker(absolute, marker);
  else mkdirSync(absolute, { recursive: true, mode: 0o700 });
  keepToOwner(absolute, marker);
  if (entries.length === 0) writeJsonFile(marker, { format: FORMAT });
}

/** Whether `tidemark local` has ever worked on this pipeline here. */
export function hasData(dir: PipelineDir): boolean {
  if (!existsSync(dir.dir)) return false;
  const marker = join(dir.root, 'tidemark.json');
  checkMarker(dir.root, marker);
  keepToOwner(dir.root, marker);
  return existsSync(dir.dynamodb);
}

/** Removes what belongs to this pipeline, and only that; the lock stays. */
export function removePipeline(dir: PipelineDir): void {
  for (const entry of entriesOf(dir.dir)) {
    const path = join(dir.dir, entry);
    if (path !== dir.lockFile) rmSync(path, { recursive: true, force: true });
  }
  rmSync(join(dir.lake, dir.pipeline), { recursive: true, force: true });
}

function checkMarker(root: string, marker: string): void {
  const format = formatOf(marker);
  if (format === undefined) {
    throw new TidemarkError(
      'invalid',
      'DATA_DIR_FOREIGN',
      `data-dir must be empty or made by tidemark, got ${JSON.stringify(root)}; pass another --data-dir`,
    );
  }
  if (format !== FORMAT) {
    throw new TidemarkError(
      'invalid',
      'DATA_DIR_FORMAT',
      `data-dir must have format ${FORMAT}, got ${JSON.stringify(format)} in ${root}; pass another --data-dir or remove this one`,
    );
  }
}

function formatOf(marker: string): unknown {
  try {
    return readJsonFile<{ format?: unknown }>(marker)?.format;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    if (hasCode(error, 'ENOTDIR')) {
      throw new TidemarkError(
        'invalid',
        'DATA_DIR_FOREIGN',
        `data-dir must be a folder, got ${JSON.stringify(folder)}; pass another --data-dir`,
      );
    }
    throw error;
  }
}
