import { describe, expect, it } from '@jest/globals';
import { estimate, type Estimate } from '../../../operate/cost/estimate.ts';
import { inputOf } from '../../../operate/cost/input-of.ts';
import type { Topology } from '../../../engine/topology.ts';
import { assumptionsOf } from '../../../operate/cost/notes.ts';
import type { CostInput } from '../../../operate/cost/traffic.ts';
import busiest from '../../../pipelines/busiest.ts';
import destinations from '../../../pipelines/destinations.ts';
import { costInput } from '../support/cost-input.ts';

/** Four full shards, and as many receivers. */
const exchanged = (changes: Partial<CostInput> = {}): Estimate =>
  estimate(costInput({ eventsPerSecond: 4_000, receivers: 4, ...changes }));

const quantity = ({ lines }: Estimate, what: string): number => lines.find((one) => one.what === what)?.quantity ?? 0;
const SECONDS = 2_628_000;

describe('an exchange in what a load costs', () => {
  it('is asked for by the definition', () => {
    const load = { eventsPerSecond: 1, keys: 1, eventBytes: 1 };
    expect(inputOf(destinations.topology, load)).toMatchObject({ receivers: 4, paceMs: 1_000 });
  });

  it('says which further exchanges of a pipeline are not counted, where there are some', () => {
    const load = { eventsPerSecond: 100, keys: 10, eventBytes: 200 };
    const notesOf = (topology: Topology) => {
      const input = inputOf(topology, load);
      return assumptionsOf(input, estimate(input)).filter((note) => note.startsWith('left out'));
    };
    expect(notesOf(destinations.topology)).toEqual([]);
    expect(notesOf(busiest.topology)).toEqual([expect.stringContaining('what goes through all: final results')]);
  });

  it('is rows in the log of the senders: 600 + 1,000 × 8 bytes a commit', () => {
    expect(quantity(exchanged(), 'log of senders, with rows')).toBeCloseTo(9 * 4 * SECONDS, 0);
  });

  it('puts rows into objects that are too large for an entry, for each receiver to get', () => {
    const large = exchanged({ batchSize: 10_000, maxBatchingWindowMs: 10_000 });
    expect(quantity(large, 'log of senders, with rows')).toBeCloseTo(large.traffic.batchesPerMonth, 3);
    expect(quantity(large, 'rows read') / quantity(large, 'rows put')).toBeCloseTo(4, 9);
    expect(quantity(exchanged(), 'rows put')).toBe(0);
  });

  it('calls a receiver once for all commits within a pace', () => {
    const perSecond = (changes: Partial<CostInput>) => quantity(exchanged(changes), 'calls of receivers') / 4 / SECONDS;
    // Of the 3.6 commits that an interval has on average, one at least comes in 97.3 % of them.
    expect(perSecond({ paceMs: 1_000 })).toBeCloseTo(0.973 / 0.9, 2);
    expect(perSecond({})).toBe(perSecond({ paceMs: 1_000 }));
    // Of a hundred senders some have committed in each interval.
    expect(perSecond({ eventsPerSecond: 100_000, paceMs: 10_000 })).toBeCloseTo(1 / 9.9, 4);
    expect(perSecond({ eventsPerSecond: 0.001, paceMs: 30_000 })).toBeCloseTo(0.001 / 4, 5);
  });

  it('reads and calls at a pace of a second for less than three fifths of what calls for each commit cost', () => {
    const usdOf = (paceMs: number): number => {
      const [all, without] = [exchanged({ paceMs }), exchanged({ eventsPerSecond: 1e-9 })];
      const lines = ['rows read by receivers', 'rings', 'calls of receivers'];
      const usd = (found: Estimate) =>
        found.lines.reduce((sum, one) => sum + (lines.includes(one.what) ? one.usd : 0), 0);
      return usd(all) - usd(without);
    };
    expect(usdOf(1_000) / usdOf(0)).toBeLessThan(0.6);
  });

  it('says how long receivers wait for more', () => {
    const noteOf = (paceMs: number) => {
      const input = costInput({ eventsPerSecond: 4_000, receivers: 4, paceMs });
      return assumptionsOf(input, estimate(input)).find((note) => note.startsWith('exchange'));
    };
    expect(noteOf(1_000)).toContain('a commit calls 4 receivers after 1s, once for all within 900 ms, 30 ms a call');
    expect(noteOf(0)).toContain('a commit calls 4 receivers at once, 30 ms a call');
  });

  it('without a pace calls a receiver for each commit while there are few, and less often while there are many', () => {
    const few = exchanged({ eventsPerSecond: 0.01, paceMs: 0 });
    expect(quantity(few, 'calls of receivers')).toBeCloseTo(0.01 * SECONDS, -2);
    const many = exchanged({ eventsPerSecond: 100_000, paceMs: 0 });
    // A receiver with 25,000 rows a second needs 30 ms a call and half of each second for the rows.
    expect(quantity(many, 'calls of receivers') / 4 / SECONDS).toBeCloseTo(16.6, 0);
  });

  it('takes a request that sends the rings of a commit, and two for each call', () => {
    const found = exchanged();
    const { traffic } = found;
    expect(quantity(found, 'rings')).toBeCloseTo(
      traffic.batchesPerMonth + 2 * quantity(found, 'calls of receivers'),
      0,
    );
  });

  it('leaves results, snapshots and the lake to the receivers, and changes nothing of the source', () => {
    const [with4, without] = [exchanged(), estimate(costInput({ eventsPerSecond: 4_000 }))];
    for (const what of ['shards', 'records put', 'results', 'results kept'])
      expect(quantity(with4, what)).toBeCloseTo(quantity(without, what), 3);
    expect(quantity(with4, 'log')).toBeGreaterThan(0);
  });

  it('costs less than half a dollar a month at rest, besides its alarms', () => {
    const { lines } = exchanged({ eventsPerSecond: 1e-9, keys: 1 });
    const atRest = lines.filter(({ what }) => /^(polling of the queue|looks of the tick at receivers)$/.test(what));
    expect(atRest.reduce((sum, { usd }) => sum + usd, 0)).toBeLessThan(0.5);
    expect(atRest).toHaveLength(2);
  });
});
