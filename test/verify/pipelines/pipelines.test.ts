import { beforeAll, describe, expect, it } from '@jest/globals';
import { processRun } from '../process-run.ts';
import type { Run } from '../run.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { PIPELINES, sourceOf, type PipelineName } from './pipelines.ts';
import type { Reference } from './reference.ts';
import { verdictOf } from './verdict.ts';

const SHARDS = 3;
/** Most that are taken of an input. */
const RECORDS = 20_000;
/** Set TIDEMARK_SEED to the seed in a failure's title to see it again. */
const SEED = Number(process.env['TIDEMARK_SEED'] ?? Date.now());

/** What must be among the records, or the comparison would say little. */
const AMONG_THEM: Readonly<Record<PipelineName, (reference: Reference) => Readonly<Record<string, boolean>>>> = {
  clickstream: ({ results, firings = [], late }) => ({
    visits: results.length > 3_000,
    purchases: results.filter(({ outcome }) => outcome === 'bought').length > 100,
    'taken back': firings.filter(({ retracted }) => retracted === true).length > 20,
    corrected: firings.length > results.length + 50,
    late: late.length > 100,
  }),
  destinations: ({ results, late, counts }) => ({
    windows: results.length > 2_000,
    open: Number(counts.openWindows) > 100,
    late: late.length > 20,
  }),
  earthquakes: ({ results, firings = [], late }) => ({
    windows: results.length > 1_000,
    corrected: firings.length > 3 * results.length,
    'fewer than three quakes': results.some(({ quakes }) => Number(quakes) < 3),
    late: late.length > 10,
  }),
  busiest: ({ results, late, counts }) => ({
    hours: results.length > 20,
    open: Number(counts.openWindows) > 100,
    'equally busy': results.some(({ busiest }) => new Set(String(busiest).match(/(?<="arrivals":)\d+/g)).size < 9),
    late: late.length > 20,
  }),
  fraud: ({ results, sideOutputs }) => ({
    frauds: results.length > 30,
    'too late': (sideOutputs['too-late'] ?? []).length > 50,
  }),
  'hourly-routes': ({ results, late, counts }) => ({
    windows: results.length > 10_000,
    open: Number(counts.openWindows) > 1_000,
    late: late.length > 5,
  }),
  inbound: ({ results, late, counts }) => ({
    windows: results.length > 2_000,
    open: Number(counts.openWindows) > 100,
    late: late.length > 20,
    'both sources': counts.recordsIn === 2 * RECORDS,
  }),
  orders: ({ results, late }) => ({
    paid: results.filter(({ paymentId }) => paymentId !== null).length > 2_000,
    'paid twice': new Set(results.map(({ key }) => key)).size < results.length,
    'paid at the last moment': results.some(({ paidAfterS }) => paidAfterS === 900),
    'not paid': results.filter(({ paymentId }) => paymentId === null).length > 500,
    late: late.length > 20,
  }),
  routes: ({ results, late, counts }) => ({
    windows: results.length > 2_000,
    open: Number(counts.openWindows) > 1_000,
    late: late.length > 5,
  }),
  totals: ({ results, late, counts }) => ({
    windows: results.length > 20,
    open: Number(counts.openWindows) > 3,
    late: late.length > 20,
  }),
};

describe.each(Object.keys(PIPELINES) as PipelineName[])(`%s against its reference, seed ${SEED}`, (name) => {
  let reference: Reference;
  let run: Run;
  beforeAll(async () => {
    const { fragments, open, records: all, referenceOf } = PIPELINES[name];
    const records = Math.min(all, RECORDS);
    reference = await referenceOf(open(sourceOf(fragments)), records, SHARDS);
    run = await processRun({ fragments, open, records, shards: SHARDS, random: new SeededRandom(SEED) });
  }, 60_000);

  it('gives every result, every firing, every late record and every count, however batches are cut and repeated', () => {
    expect(verdictOf(reference, run)).toEqual(
      verdictOf(reference, run).map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })),
    );
  });

  it('compares something', () => {
    const found = AMONG_THEM[name](reference);
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((what) => [what, true])));
  });

  it.each<[string, (run: Run) => Run]>([
    ['a result that is missing', (given) => ({ ...given, results: given.results.slice(1) })],
    [
      'a result that is there twice',
      (given) => ({ ...given, results: [...given.results, ...given.results.slice(0, 1)] }),
    ],
    [
      'a window that is off by a millisecond',
      (given) => ({
        ...given,
        results: given.results.map((row, i) =>
          i === 7 ? { ...row, windowEndMs: Number(row['windowEndMs']) + 1 } : row,
        ),
      }),
    ],
    [
      'a line of the lake that is there twice',
      (given) => ({ ...given, lake: [...given.lake, ...given.lake.slice(-1)] }),
    ],
    ['a dead letter', (given) => ({ ...given, deadLetters: [{ code: 'NOT_JSON' }] })],
    [
      'a record counted twice',
      (given) => ({ ...given, counts: { ...given.counts, counted: given.counts.counted + 1 } }),
    ],
  ])('finds %s', (_title, spoil) => {
    expect(verdictOf(reference, spoil(run)).reduce((sum, { differences }) => sum + differences, 0)).toBeGreaterThan(0);
  });
});
