/** `npm run simulate:mutants [-- --seeds N] [--only NAME]`: plants each bug in a copy of the sources and lets the simulator look for it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '400' }, only: { type: 'string' } } });
const root = resolve(import.meta.dirname, '../../..');
const rows: Array<{ mutant: string; rule: string; killedBySeed: number | string; by: string }> = [];

for (const mutant of MUTANTS.filter(({ name }) => values.only === undefined || name === values.only)) {
  const { seed, failure } = hunt(mutant);
  rows.push({ mutant: mutant.name, rule: mutant.rule, killedBySeed: seed ?? 'SURVIVES', by: failure.slice(0, 60) });
  console.error(`${mutant.name}: ${seed === undefined ? 'SURVIVES' : `seed ${seed}`}`);
}
console.table(rows);
const survivors = rows.filter(({ killedBySeed }) => typeof killedBySeed !== 'number');
console.log(`${rows.length - survivors.length} of ${rows.length} mutants killed`);
if (survivors.length > 0) process.exitCode = 1;

function hunt(mutant: Mutant): { seed: number | undefined; failure: string } {
  const copy = mkdtempSync(join(tmpdir(), 'tidemark-mutant-'));
  try {
    for (const part of ['engine', 'adapters', 'lambdas', 'test/simulation', 'test/support', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, find, replace } of mutant.edits) {
      const path = join(copy, file);
      const source = readFileSync(path, 'utf8');
      if (source.split(find).length !== 2) throw new Error(`${mutant.name}: its text must occur once in ${file}; correct the mutant`);
      writeFileSync(path, source.replace(find, () => replace));
    }
    const run = spawnSync(process.execPath, [join(copy, 'test/simulation/mutants/first-failure.ts'), values.seeds], { encoding: 'utf8', timeout: 120_000 });
    const [seed, failure] = run.stdout.trim().split('\t');
    if (run.status === 0 && seed === 'none') return { seed: undefined, failure: '' };
    if (run.status === 0 && failure !== undefined) return { seed: Number(seed), failure };
    throw new Error(`${mutant.name}: the mutant must run, got ${run.stderr.slice(0, 500)}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
