/**
 * `npm run verify:pipelines [-- --pipeline NAME --records N --shards N --in-process --all-flights]`: the pipelines of
 * `pipelines.ts`, each run by the command as a user would, or in this process over stores in memory, against its reference.
 * With `--all-flights`, three million of them in this process through each that has an exchange. Ends with 1 when anything
 * differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireSetting } from '../../../engine/errors.ts';
import { integerFlag } from '../../../local/cli/flags.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { commandRun } from '../command-run.ts';
import { processRun } from '../process-run.ts';
import { note, report } from '../report.ts';
import type { Run } from '../run.ts';
import { PIPELINES, sourceOf, type PipelineName } from './pipelines.ts';
import { verdictOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    /** One of them. */
    pipeline: { type: 'string' },
    /** Of each source of each. */
    records: { type: 'string' },
    shards: { type: 'string' },
    'in-process': { type: 'boolean', default: false },
    'all-flights': { type: 'boolean', default: false },
  },
});

const all = Object.keys(PIPELINES) as PipelineName[];
/** All of them but the one that has a window for nearly every flight: the memory it takes is to be asked for by name. */
const takesAllFlights = (name: PipelineName): boolean =>
  PIPELINES[name].fragments.length > 1 && PIPELINES[name].isOwn === undefined;
const names = all.filter((name) =>
  values.pipeline === undefined ? !values['all-flights'] || takesAllFlights(name) : values.pipeline === name,
);
requireSetting('--pipeline', values.pipeline, names.length > 0, `one of ${all.join(', ')}`, 'leave it out for all');
const shards = integerFlag(values, 'shards', { min: 1, max: 64 }, 4) ?? 4;
const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-verify-'));

function runOf(name: PipelineName, records: number): Promise<Run> {
  const { fragments, open, isOwn = false } = PIPELINES[name];
  if (!values['in-process'] && !values['all-flights'] && !isOwn)
    return commandRun({ pipeline: name, records, shards, dataDir });
  return processRun({ fragments, open, records, shards, random: new SeededRandom(Date.now()) });
}

try {
  for (const name of names) {
    const { fragments, open, records: usual, referenceOf } = PIPELINES[name];
    const fallback = values['all-flights'] ? 3_000_000 : usual;
    const records = integerFlag(values, 'records', { min: 1, max: 3_000_000 }, fallback) ?? fallback;
    note(`${name}: computed without the engine`);
    const reference = await referenceOf(open(sourceOf(fragments)), records, shards);
    note(`${name}: streamed through ${shards} shards`);
    const run = await runOf(name, records);
    const comparisons = verdictOf(reference, run);
    process.stdout.write(report(comparisons, `${run.counts.recordsIn} records of ${name} on ${shards} shards`));
    if (comparisons.some(({ differences }) => differences > 0)) process.exitCode = 1;
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
