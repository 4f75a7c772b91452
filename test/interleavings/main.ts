/**
 * `npm run interleavings [-- --seeds 10000 --from 0 --keys 'two exchanges']`: rows of an exchange overtake each other, and the final rows are held
 * against those computed the plain way. Ends with 1 when one differs.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { interleaving, KEYS, type Keys } from './interleaving.ts';

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: 'one exchange' },
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
  },
});
const [from, seeds] = [wholeNumber('from', values.from), wholeNumber('seeds', values.seeds)];
const keys = keysOf(values.keys);
let windows = 0;
let differences = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const { actual, expected } = await interleaving(seed, keys);
  windows += Object.keys(expected).length;
  if (isDeepStrictEqual(actual, expected)) continue;
  differences += 1;
  console.log(`seed ${seed}: must be ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}
const shown = (count: number): string => count.toLocaleString('en-US');
console.log(`${shown(seeds)} interleavings, ${shown(windows)} windows, ${shown(differences)} differences`);
if (differences > 0 || windows === 0) process.exitCode = 1;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, got ${text}; pass --${name} 10000`);
}

function keysOf(text: string): Keys {
  const known = KEYS.find((one) => one === text);
  if (known !== undefined) return known;
  throw new Error(`--keys must be one of ${KEYS.join(', ')}, got ${text}; pass --keys 'two exchanges'`);
}
