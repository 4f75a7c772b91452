import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withoutEpoch } from '../support/without-epoch.ts';
import type { Row } from './compare.ts';
import type { Counts, Run } from './run.ts';

const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'tidemark.ts');

export interface CommandRun extends Run {
  /** Of the run itself, reading the results left out. */
  readonly elapsedMs: number;
}

export interface CommandRunSettings {
  readonly records: number;
  readonly shards: number;
  readonly dataDir: string;
  /** A name in pipelines/, or a path. @default 'flights' */
  readonly pipeline?: string;
  /** Name of the pipeline, where `pipeline` is a path. @default pipeline */
  readonly name?: string;
  /** Further arguments of `tidemark local`. */
  readonly args?: readonly string[];
}

/** Lets the command stream the first records through the pipeline, and reads what its users can read, epochs left out. */
export async function commandRun({
  records,
  shards,
  dataDir,
  pipeline = 'flights',
  name = pipeline,
  args = [],
}: CommandRunSettings): Promise<CommandRun> {
  const [summary] = await tidemark(
    'local',
    pipeline,
    '--records',
    String(records),
    '--shards',
    String(shards),
    '--data-dir',
    dataDir,
    '--exit',
    '--json',
    ...args,
  );
  if (summary === undefined) throw new Error('tidemark local --json must print a summary, got nothing');
  const read = async (command: string): Promise<Row[]> =>
    (await tidemark(command, pipeline, '--data-dir', dataDir, '--json')).map(withoutEpoch);
  return {
    results: await read('results'),
    late: await read('late'),
    deadLetters: await read('dead-letters'),
    lake: lakeLines(join(dataDir, 'lake', name, 'results')).map(withoutEpoch),
    sideOutputs: sideOutputsOf(await read('outputs')),
    counts: countsOf(summary),
    elapsedMs: Number(summary['elapsedMs']),
  };
}

function sideOutputsOf(rows: readonly Row[]): Readonly<Record<string, readonly Row[]>> {
  const byName = Map.groupBy(rows, ({ output }) => String(output));
  return Object.fromEntries(
    [...byName].map(([name, lines]) => [name, lines.map(({ output: _output, ...line }) => line)]),
  );
}

function countsOf(summary: Row): Counts {
  const count = (name: keyof Counts): number => Number(summary[name]);
  return {
    recordsIn: count('recordsIn'),
    counted: count('counted'),
    late: count('late'),
    deadLetters: count('deadLetters'),
    results: count('results'),
    firings: count('firings'),
    openWindows: count('openWindows'),
  };
}

/** As any reader of the lake would: every file of the folder, unpacked, line by line. */
function lakeLines(folder: string): Row[] {
  return globSync('**/*.gz', { cwd: folder }).flatMap((file) =>
    parseLines(gunzipSync(readFileSync(join(folder, file))).toString('utf8')),
  );
}

/** Runs the command in a process of its own; its progress goes to our stderr. */
async function tidemark(...args: string[]): Promise<Row[]> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new Error(`tidemark ${args.join(' ')} must end with 0, got ${code ?? 'a signal'}`);
    return parseLines(Buffer.concat(chunks).toString('utf8'));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function parseLines(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
