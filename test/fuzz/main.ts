/** `npm run fuzz [-- --records 10000000 --seed 1]`: decodes records in both ways, and fails where the two differ. */
import { parseArgs } from 'node:util';
import { compareDecoding } from './compare.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
console.log(JSON.stringify(compareDecoding(Number(values.records), Number(values.seed))));
