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
    expect(inputOf(destinations.topology, load).receivers).toBe(4);
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

  it('calls a receiver for each commit while there are few, and less often than that while there are many', () => {
    const few = exchanged({ eventsPerSecond: 0.01 });
    expect(quantity(few, 'calls of receivers')).toBeCloseTo(0.01 * SECONDS, -2);
    const many = exchanged({ eventsPerSecond: 100_000 });
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
