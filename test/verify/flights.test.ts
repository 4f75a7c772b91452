import { beforeAll, describe, expect, it } from '@jest/globals';
import { flightsInput } from '../../local/inputs/flights.ts';
import flights from '../../pipelines/flights.ts';
import { SeededRandom } from '../simulation/world/random.ts';
import { expectedOf, type Expected } from './expected.ts';
import { processRun } from './process-run.ts';
import type { Run } from './run.ts';
import { verdictOf } from './verdict.ts';

const RECORDS = 20_000;
const SHARDS = 4;
/** Set TIDEMARK_SEED to the seed in a failure's title to see it again. */
const SEED = Number(process.env['TIDEMARK_SEED'] ?? Date.now());

describe(`the flights pipeline against DuckDB, seed ${SEED}`, () => {
  let expected: Expected;
  let run: Run;
  beforeAll(async () => {
    expected = await expectedOf({ records: RECORDS, shards: SHARDS });
    run = await processRun({
      fragments: flights.fragments,
      open: () => flightsInput(),
      records: RECORDS,
      shards: SHARDS,
      random: new SeededRandom(SEED),
    });
  });

  it('gives every airport and hour, every firing, every late record and every count as DuckDB does, however batches are cut and repeated', () => {
    expect(verdictOf(expected, run)).toEqual(
      verdictOf(expected, run).map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })),
    );
  });

  it('compares something: windows that fired more than once, windows that wait, late records', () => {
    expect(expected.results.length).toBeGreaterThan(2_000);
    expect(expected.firings.length).toBeGreaterThan(expected.results.length);
    expect(expected.waiting).toBeGreaterThan(0);
    expect(expected.late.length).toBeGreaterThan(0);
  });

  it.each<[string, (run: Run) => Run]>([
    ['a result that is missing', (run) => ({ ...run, results: run.results.slice(1) })],
    ['a result that is there twice', (run) => ({ ...run, results: [...run.results, ...run.results.slice(0, 1)] })],
    [
      'a mean that is off by its last bit',
      (run) => ({
        ...run,
        results: run.results.map((row, i) =>
          i === 7
            ? { ...row, meanDelayMin: Number(row['meanDelayMin']) * (1 + Number.EPSILON) + Number.MIN_VALUE }
            : row,
        ),
      }),
    ],
    [
      'a revision too many',
      (run) => ({
        ...run,
        results: run.results.map((row, i) => (i === 7 ? { ...row, revision: Number(row['revision']) + 1 } : row)),
      }),
    ],
    ['a line of the lake that is there twice', (run) => ({ ...run, lake: [...run.lake, ...run.lake.slice(-1)] })],
    ['a late record that is lost', (run) => ({ ...run, late: run.late.slice(1) })],
    ['a dead letter', (run) => ({ ...run, deadLetters: [{ code: 'NOT_JSON' }] })],
    ['a record counted twice', (run) => ({ ...run, counts: { ...run.counts, counted: run.counts.counted + 1 } })],
  ])('finds %s', (_title, spoil) => {
    expect(verdictOf(expected, spoil(run)).reduce((sum, { differences }) => sum + differences, 0)).toBeGreaterThan(0);
  });
});
