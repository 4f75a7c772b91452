/** `npm run simulate:mutants [-- --seeds N] [--only NAME]`: plants each bug in a copy of the sources and lets the simulator look for it. */
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.ts';
import { NEVER_ENDS, runPlanted } from './plant.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '400' }, only: { type: 'string' } } });
const rows: Array<{ mutant: string; rule: string; killedBySeed: number | string; by: string }> = [];

for (const mutant of MUTANTS.filter(({ name }) => values.only === undefined || name === values.only)) {
  const { seed, failure } = hunt(mutant);
  rows.push({ mutant: mutant.name, rule: mutant.rule, killedBySeed: seed ?? 'SURVIVES', by: failure.slice(0, 60) });
  console.error(`${mutant.name}: ${seed === undefined ? 'SURVIVES' : `seed ${seed}`}`);
}
console.table(rows);
const survivors = rows.filter(({ killedBySeed }) => killedBySeed === 'SURVIVES');
console.log(`${rows.length - survivors.length} of ${rows.length} mutants killed`);
if (survivors.length > 0) process.exitCode = 1;

function hunt(mutant: Mutant): { seed: number | typeof NEVER_ENDS | undefined; failure: string } {
  const printed = runPlanted(mutant, 'mutants/first-failure.ts', values.seeds);
  if (printed === NEVER_ENDS) return { seed: NEVER_ENDS, failure: 'a loop without an end' };
  const [seed, failure = ''] = printed.split('\t');
  return { seed: seed === 'none' ? undefined : Number(seed), failure };
}
