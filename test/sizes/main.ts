/** `npm run sizes [-- --keys 1000000 --kills 3 --json]`: sizes that matter, in processes that are killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireSame } from '../../bench/equality.ts';
import { runSizes } from './run.ts';

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '3' },
    batch: { type: 'string', default: '200000' },
    json: { type: 'boolean', default: false },
  },
});
const [keys, kills, batch] = [Number(values.keys), Number(values.kills), Number(values.batch)];
const folder = mkdtempSync(join(tmpdir(), 'tidemark-sizes-'));
try {
  const result = await runSizes(folder, { keys, kills, batch });
  requireSame('records in the log', 2 * keys - 1, result.reached);
  requireSame('keys with a result', keys, result.results);
  requireSame('results that count anything but two records', 0, result.wrong);
  requireSame('processes killed', kills, result.kills);
  if (values.json) console.log(JSON.stringify(result));
  else console.table([result]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
