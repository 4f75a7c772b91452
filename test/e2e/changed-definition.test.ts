import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tidemark } from './command.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

/** Counts by key and window, as `n` unless told otherwise. */
function moduleOf({ sizeMs = 10, aggregates = '{ n: count() }', map = '' }): string {
  return `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, kinesis, max, pipeline, resultTable, tumbling } from ${absolute('engine/index.ts')};
export default pipeline('changed')
  .source(kinesis({ stream: 'changed', partitionKey: 'k', schema: z.object({ k: z.string(), t: z.int() }) }))
  .eventTime(({ t }) => t, { maxOutOfOrdernessMs: 0 })
  .keyBy('k')
  .window(tumbling({ sizeMs: ${sizeMs} }))
  .aggregate(${aggregates})
  ${map}
  .to(resultTable());
`;
}

describe('a local pipeline whose definition has changed', () => {
  let folder: string;
  let pipeline: string;
  let input: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-changed-'));
    pipeline = join(folder, 'changed.ts');
    input = join(folder, 'in.ndjson');
    writeFileSync(input, [1, 2, 25].map((t) => `{"k":"a","t":${t}}\n`).join(''));
    writeFileSync(pipeline, moduleOf({}));
    expect(run('--json').status).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...flags: string[]) =>
    tidemark(
      'local',
      pipeline,
      '--shards',
      '1',
      '--exit',
      '--input',
      input,
      '--data-dir',
      join(folder, 'data'),
      ...flags,
    );

  it.each([
    ['a window', { sizeMs: 20 }, /-window: tumbling\(size=10,.*\+window: tumbling\(size=20,/],
    ['an aggregate', { aggregates: "{ n: max('t') }" }, /count\(\).*max\(t\)/],
  ])('is refused, though it puts nothing new, when %s is another', (_, definition, difference) => {
    writeFileSync(pipeline, moduleOf(definition));
    const { status, stdout, stderr } = run();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^tidemark: definition of changed must fit its stored state, got .*; go back to the old definition, or forget its data with --fresh\n$/m,
    );
    expect(stderr).toMatch(difference);
  });

  it('shows no result of the old definition under a name of the new one, and says that nothing new was read', () => {
    writeFileSync(pipeline, moduleOf({ map: ".map(({ n }) => ({ records: n }), { records: 'integer' })" }));
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).not.toContain('│');
    expect(stdout).toMatch(/nothing new was read: this is what earlier runs have left/);
    expect(stdout).toMatch(/1 result is of another definition of the pipeline and not shown/);
    const shown = tidemark('results', pipeline, '--data-dir', join(folder, 'data')).stdout;
    expect(shown).toMatch(/^of another definition:\n[^]*│ n │/);
    expect(shown).not.toContain('records');
  });

  it('goes on when an aggregate was added, and starts over with --fresh', () => {
    writeFileSync(pipeline, moduleOf({ aggregates: "{ n: count(), latest: max('t') }" }));
    expect(JSON.parse(run('--json').stdout)).toMatchObject({ recordsIn: 3, newRecordsIn: 0, results: 1 });
    writeFileSync(pipeline, moduleOf({ sizeMs: 20 }));
    expect(JSON.parse(run('--json', '--fresh').stdout)).toMatchObject({ recordsIn: 3, newRecordsIn: 3, results: 1 });
  });

  it('fails loudly when most records do not fit it', () => {
    const bad = join(folder, 'bad.ndjson');
    writeFileSync(bad, '{"k":"a","t":26}\n{"k":"a","time":1}\n{"k":"a","time":2}\n');
    const { status, stdout } = tidemark(
      'local',
      pipeline,
      '--exit',
      '--input',
      bad,
      '--data-dir',
      join(folder, 'data'),
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ in 6 = counted 4 \+ late 0 \+ dead letters 2$/m);
    expect(stdout).toMatch(
      /^MOST RECORDS ARE DEAD LETTERS: 2 of 3; 2 are SCHEMA_MISMATCH, first at shardId-0{12}\/\d+: record must match the schema, got a wrong t/m,
    );
  });
});
