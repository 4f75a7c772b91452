/** `npm run simulate:mutants [-- --seeds N] [--only NAME] [--tested]`: plants each bug in a copy of the sources; the simulator, or the test it names, must find it. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { mapParallel } from '../../../engine/parallel.ts';
import type { Worlds } from '../plan.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { failingTests, NEVER_ENDS, runPlanted } from './plant.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '400' },
    only: { type: 'string' },
    tested: { type: 'boolean', default: false },
  },
});
const chosen = MUTANTS.filter(
  ({ name, foundBy }) =>
    (values.only === undefined || name === values.only) && (!values.tested || foundBy !== undefined),
);

/** Each is a program of its own. */
const rows = await mapParallel(chosen, availableParallelism(), async (mutant) => {
  const { seed, failure } = await hunt(mutant);
  console.error(
    `${mutant.name}: ${seed === undefined ? 'SURVIVES' : `found by ${typeof seed === 'number' ? `seed ${seed}` : seed}`}`,
  );
  return { mutant: mutant.name, rule: mutant.rule, killedBySeed: seed ?? 'SURVIVES', by: failure.slice(0, 60) };
});
console.table(rows);
const survivors = rows.filter(({ killedBySeed }) => killedBySeed === 'SURVIVES');
console.log(`${rows.length - survivors.length} of ${rows.length} mutants killed`);
if (survivors.length > 0) process.exitCode = 1;

interface Found {
  /** Which seed finds it, or that a test does; undefined: it survives. */
  readonly seed: number | string | undefined;
  readonly failure: string;
}

/** Where it names a test and worlds, both have to find it. */
async function hunt(mutant: Mutant): Promise<Found> {
  const { foundBy, worlds } = mutant;
  if (foundBy === undefined) return huntInWorlds(mutant, worlds ?? 'all');
  const found = await huntByTest(mutant, foundBy);
  return found.seed === undefined || worlds === undefined ? found : huntInWorlds(mutant, worlds);
}

async function huntByTest(mutant: Mutant, { file, test }: NonNullable<Mutant['foundBy']>): Promise<Found> {
  const found = (await failingTests(mutant, file)).find((title) => title.includes(test));
  return { seed: found === undefined ? undefined : 'a test', failure: found ?? `${file}: ${test}` };
}

async function huntInWorlds(mutant: Mutant, worlds: Worlds): Promise<Found> {
  const printed = await runPlanted(mutant, 'mutants/first-failure.ts', values.seeds, worlds);
  if (printed === NEVER_ENDS) return { seed: NEVER_ENDS, failure: 'a loop without an end' };
  const [seed, failure = ''] = printed.split('\t');
  return { seed: seed === 'none' ? undefined : Number(seed), failure };
}
