/**
 * `npm run verify [-- --records N --shards N --data-dir DIR --json]`: the flights pipeline, run by the command as a user
 * would, against DuckDB. Ends with 1 when anything differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { integerFlag } from '../../local/cli/flags.ts';
import { commandRun } from './command-run.ts';
import { expectedOf } from './expected.ts';
import { note, report } from './report.ts';
import { verdictOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    shards: { type: 'string' },
    /** A new folder, kept afterwards. */
    'data-dir': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const records = integerFlag(values, 'records', { min: 1, max: 3_000_000 }, 100_000) ?? 100_000;
const shards = integerFlag(values, 'shards', { min: 1, max: 64 }, 4) ?? 4;
const dataDir = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'tidemark-verify-'));
try {
  note(`DuckDB computes the windows of ${records} flights`);
  const expected = await expectedOf({ records, shards });
  note(`tidemark streams them through ${shards} shards`);
  const run = await commandRun({ records, shards, dataDir });
  const comparisons = verdictOf(expected, run);
  const equal = comparisons.every(({ differences }) => differences === 0);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ records, shards, equal, counts: run.counts, elapsedMs: run.elapsedMs, comparisons })}\n`
      : report(comparisons, `${records} flights on ${shards} shards`),
  );
  if (!equal) process.exitCode = 1;
} finally {
  if (values['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true });
}
