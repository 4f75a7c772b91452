/**
 * `npm run bench:peers [-- --quick --json]`: what a flight costs in Tidemark's engine, in Apache Flink and in DuckDB. Every
 * window is compared before a figure is printed. Ends with 3, and says why, where Flink cannot be had.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FlinkUnavailable } from './flink.ts';
import { measurePeers } from './measure.ts';
import { peersText } from './report.ts';

const NOT_RUN = 3;

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
// The comparison of the windows has run each of them once before.
const settings = values.quick ? { records: 100_000, rounds: 1, warmUp: 0 } : { records: 500_000, rounds: 7, warmUp: 2 };

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
