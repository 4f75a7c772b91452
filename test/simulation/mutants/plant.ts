import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { edited } from './edit.ts';
import type { Mutant } from './mutants.ts';

const root = resolve(import.meta.dirname, '../../..');
const PARTS = [
  'engine',
  'adapters',
  'lambdas',
  'lib',
  'local',
  'operate',
  'pipelines',
  'test',
  'package.json',
  'jest.config.js',
];

/** Enough for any world. A planted bug may make a loop that never ends: then memory does. */
const MAX_HEAP_MB = 512;
/** Enough for any program on a slow machine. */
const TIMEOUT_MS = 600_000;
/** What is printed for a program that ran out of memory. */
export const NEVER_ENDS = 'never ends';

/**
 * Runs a program of the simulation in a copy of the sources in which the bug is planted.
 *
 * @param program below `test/simulation`, e.g. `mutants/first-failure.ts`
 * @returns what it printed
 */
export async function runPlanted(mutant: Mutant, program: string, ...args: readonly string[]): Promise<string> {
  return inPlantedCopy(mutant, async (copy) => {
    const run = await node(`--max-old-space-size=${MAX_HEAP_MB}`, join(copy, 'test/simulation', program), ...args);
    if (run.signal === 'SIGABRT' && run.stderr.includes('heap')) return NEVER_ENDS;
    if (run.signal === 'SIGTERM') throw new Error(`${mutant.name}: still runs after ${TIMEOUT_MS / 60_000} minutes`);
    if (run.status !== 0) throw new Error(`${mutant.name}: the mutant must run, got ${run.stderr.slice(0, 500)}`);
    return run.stdout.trim();
  });
}

interface JestReport {
  readonly testResults: ReadonlyArray<{
    readonly message: string;
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>;
  }>;
}

/**
 * Runs one file of tests in a copy of the sources in which the bug is planted.
 *
 * @returns the titles of the tests that fail
 */
export async function failingTests(mutant: Mutant, file: string): Promise<string[]> {
  return inPlantedCopy(mutant, async (copy) => {
    const run = await node(
      join(root, 'node_modules/jest/bin/jest.js'),
      '--rootDir',
      copy,
      '-w',
      '1',
      '--silent',
      '--json',
      '--runTestsByPath',
      join(copy, file),
    );
    const { testResults } = JSON.parse(run.stdout) as JestReport;
    const [result] = testResults;
    if (result === undefined || result.assertionResults.length === 0)
      throw new Error(`${mutant.name}: ${file} must run, got ${result?.message ?? run.stderr}`);
    return result.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  });
}

async function inPlantedCopy<T>({ name, edits }: Mutant, work: (copy: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'tidemark-mutant-'));
  try {
    for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const edit of edits) {
      const path = join(copy, edit.file);
      const source = edited(readFileSync(path, 'utf8'), edit);
      if (source === undefined)
        throw new Error(`${name}: its text must occur once in ${edit.file}; correct the mutant`);
      writeFileSync(path, source);
    }
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function node(...args: readonly string[]): Promise<Ended> {
  const child = spawn(join(root, 'node_modules/.bin/node'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const ended = new Promise<Pick<Ended, 'status' | 'signal'>>((resolve, reject) =>
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal })),
  );
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
}
