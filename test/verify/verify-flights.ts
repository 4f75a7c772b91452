/**
 * `npm run verify [-- --records N --shards N --data-dir DIR --json]`: the flights pipeline, run by the command as a user
 * would, against DuckDB. Ends with 1 when anything differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireSetting } from '../../engine/errors.ts';
import { commandRun } from './command-run.ts';
import { expectedOf } from './expected.ts';
import { note, report } from './report.ts';
import { verdictOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    shards: { type: 'string', default: '4' },
    /** A new folder, kept afterwards. */
    'data-dir': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

function integer(name: 'records' | 'shards', most: number): number {
  const value = Number(values[name]);
  return requireSetting(
    `--${name}`,
    value,
    Number.isInteger(value) && value >= 1 && value <= most,
    `an integer in [1, ${most}]`,
    'leave it out for the default',
  );
}

const records = integer('records', 3_000_000);
const shards = integer('shards', 64);
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
