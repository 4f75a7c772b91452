import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutant } from './mutants.ts';

const root = resolve(import.meta.dirname, '../../..');
const PARTS = ['engine', 'adapters', 'lambdas', 'test/simulation', 'test/support', 'package.json'];

/** Enough for any world. A planted bug may make a loop that never ends: then memory does. */
const MAX_HEAP_MB = 512;
/** What is printed for a program that ran out of memory. */
export const NEVER_ENDS = 'never ends';

/**
 * Runs a program of the simulation in a copy of the sources in which the bug is planted.
 *
 * @param program below `test/simulation`, e.g. `mutants/first-failure.ts`
 * @returns what it printed
 */
export function runPlanted({ name, edits }: Mutant, program: string, ...args: readonly string[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'tidemark-mutant-'));
  try {
    for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, find, replace } of edits) {
      const path = join(copy, file);
      const source = readFileSync(path, 'utf8');
      if (source.split(find).length !== 2) throw new Error(`${name}: its text must occur once in ${file}; correct the mutant`);
      writeFileSync(path, source.replace(find, () => replace));
    }
    const node = join(root, 'node_modules/.bin/node');
    const run = spawnSync(node, [`--max-old-space-size=${MAX_HEAP_MB}`, join(copy, 'test/simulation', program), ...args], { encoding: 'utf8', timeout: 600_000 });
    if (run.signal === 'SIGABRT' && run.stderr.includes('heap')) return NEVER_ENDS;
    if (run.status !== 0) throw new Error(`${name}: the mutant must run, got ${run.stderr.slice(0, 500)}`);
    return run.stdout.trim();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
