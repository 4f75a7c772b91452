/** Prints the first seed that fails and why, or `none`. */
import { simulate } from '../simulate.ts';
import { unhandled } from './unhandled.ts';

const seeds = Number(process.argv[2]);
let line = 'none';
for (let seed = 1; seed <= seeds && line === 'none'; seed++) {
  const { failure = unhandled() } = await simulate(seed);
  if (failure !== undefined) line = `${seed}\t${failure.replace(/\s+/g, ' ')}`;
}
console.log(line);
