/**
 * `npm run verify:pipelines [-- --shards N]`: clickstream, earthquakes and fraud, each run by the command as a user would,
 * against its reference. Ends with 1 when anything differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireSetting } from '../../../engine/errors.ts';
import { commandRun } from '../command-run.ts';
import { note, report } from '../report.ts';
import { PIPELINES, type PipelineName } from './pipelines.ts';
import { verdictOf } from './verdict.ts';

const { values } = parseArgs({ options: { shards: { type: 'string', default: '4' } } });
const shards = Number(values.shards);
requireSetting(
  '--shards',
  shards,
  Number.isInteger(shards) && shards >= 1 && shards <= 64,
  'an integer in [1, 64]',
  'leave it out for 4',
);

const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-verify-'));
try {
  for (const name of Object.keys(PIPELINES) as PipelineName[]) {
    const { open, records, referenceOf } = PIPELINES[name];
    note(`${name}: computed without the engine`);
    const reference = await referenceOf(open(), records, shards);
    note(`${name}: streamed through ${shards} shards`);
    const run = await commandRun({ pipeline: name, records, shards, dataDir });
    const comparisons = verdictOf(reference, run);
    process.stdout.write(report(comparisons, `${run.counts.recordsIn} records of ${name} on ${shards} shards`));
    if (comparisons.some(({ differences }) => differences > 0)) process.exitCode = 1;
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
