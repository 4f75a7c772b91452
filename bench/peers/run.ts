/**
 * `npm run bench:peers [-- --quick --records N --rounds N --json]`: what a flight costs in Tidemark's engine, in Apache Flink and in DuckDB. Every
 * window is compared before a figure is printed. Ends with 3, and says why, where Flink cannot be had. The quick form has one
 * round: it is there for the comparison, not for its figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { integerFlag } from '../../local/cli/flags.ts';
import { FlinkUnavailable } from './flink.ts';
import { measurePeers } from './measure.ts';
import { peersText } from './report.ts';

const NOT_RUN = 3;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    records: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const FULL = { records: 500_000, rounds: 7, warmUp: 2 };
// The comparison of the windows has run each of them once before.
const QUICK = { records: 100_000, rounds: 1, warmUp: 0 };
const { records, rounds, warmUp } = values.quick ? QUICK : FULL;
const settings = {
  records: integerFlag(values, 'records', { min: 1, max: 3_000_000 }, FULL.records) ?? records,
  rounds: integerFlag(values, 'rounds', { min: 1, max: 100 }, FULL.rounds) ?? rounds,
  warmUp,
};

const folder = mkdtempSync(join(tmpdir(), 'tidemark-peers-'));
try {
  const cost = await measurePeers({ ...settings, folder });
  process.stdout.write(`${values.json ? JSON.stringify(cost) : peersText(cost)}\n`);
} catch (error) {
  if (!(error instanceof FlinkUnavailable)) throw error;
  process.stderr.write(`bench:peers: not run, ${error.message}\n`);
  process.exitCode = NOT_RUN;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
