/** Prints the first seed that fails and why, or `none`: `first-failure.ts SEEDS [all | exchange]`. */
import { planOf, type Worlds } from '../plan.ts';
import { simulate } from '../simulate.ts';
import { unhandled } from './unhandled.ts';

const seeds = Number(process.argv[2]);
const worlds = process.argv[3] as Worlds | undefined;
let line = 'none';
for (let seed = 1; seed <= seeds && line === 'none'; seed++) {
  const { failure = unhandled() } = await simulate(seed, undefined, planOf(seed, worlds));
  if (failure !== undefined) line = `${seed}\t${failure.replace(/\s+/g, ' ')}`;
}
console.log(line);
