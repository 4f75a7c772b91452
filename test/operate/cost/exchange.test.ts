import { describe, expect, it } from '@jest/globals';
import { estimate, type Estimate } from '../../../operate/cost/estimate.ts';
import { inputOf } from '../../../operate/cost/input-of.ts';
import { assumptionsOf } from '../../../operate/cost/notes.ts';
import type { CostInput, ExchangeLoad } from '../../../operate/cost/traffic.ts';
import busiest from '../../../pipelines/busiest.ts';
import destinations from '../../../pipelines/destinations.ts';
import inbound from '../../../pipelines/inbound.ts';
import { costInput } from '../support/cost-input.ts';

const byDestination: ExchangeLoad = {
  name: 'by-destination',
  receivers: 4,
  paceMs: 1_000,
  keys: 1_000,
  windowMs: 3_600_000,
  openAfterEndMs: 0,
  isCombined: false,
  rowsPerRecord: undefined,
};

/** Four full shards, and as many receivers. */
const exchanged = (changes: Partial<CostInput> = {}, of: Partial<ExchangeLoad> = {}): Estimate =>
  estimate(costInput({ eventsPerSecond: 4_000, exchanges: [{ ...byDestination, ...of }], ...changes }));

const quantity = ({ lines }: Estimate, what: string, of?: string): number =>
  lines.find((one) => one.what === what && (of === undefined || one.of === of))?.quantity ?? 0;
const SECONDS = 2_628_000;
const MINUTES = 43_800;

describe('an exchange in what a load costs', () => {
  it('is asked for by the definition, and so is whether its rows are combined', () => {
    const load = { eventsPerSecond: 1, keys: 1, eventBytes: 1 };
    const exchange = { name: 'by-destination', receivers: 4, paceMs: 1_000, isCombined: true, windowMs: 3_600_000 };
    expect(inputOf(destinations.fragments, load)).toMatchObject({ exchanges: [exchange], hasWindowsInPlace: false });
  });

  it('is rows in the log of the senders: 600 + 1,000 × 8 bytes a commit', () => {
    expect(quantity(exchanged(), 'log of senders, with rows')).toBeCloseTo(9 * 4 * SECONDS, 0);
  });

  it('is fewer bytes where rows are combined, as on flights, and never more where they are not worth it', () => {
    // 300 destinations: 287 partial results at 7.4 bytes and 60 rows behind the watermark at 15: 600 + 3,020
    const combined = exchanged({}, { keys: 300, isCombined: true });
    expect(quantity(combined, 'log of senders, with rows')).toBeCloseTo(4 * 4 * SECONDS, 0);
    expect(combined.exchanges[0]?.senders[0]?.crossing.items).toBeCloseTo(347, 0);
    const hardlyTwo = exchanged({}, { keys: 1_000_000, isCombined: true });
    expect(quantity(hardlyTwo, 'log of senders, with rows')).toBeCloseTo(9 * 4 * SECONDS, 0);
  });

  it('puts rows into objects that are too large for an entry, for each receiver to get', () => {
    const large = exchanged({ batchSize: 10_000, maxBatchingWindowMs: 10_000 });
    expect(quantity(large, 'log of senders, with rows')).toBeCloseTo(large.traffic.batchesPerMonth, 3);
    expect(quantity(large, 'rows read') / quantity(large, 'rows put')).toBeCloseTo(4, 9);
    expect(quantity(exchanged(), 'rows put')).toBe(0);
  });

  it('calls a receiver once for all commits within a pace', () => {
    const perSecond = (changes: Partial<CostInput>, paceMs = 1_000) =>
      quantity(exchanged(changes, { paceMs }), 'calls of receivers') / 4 / SECONDS;
    // Of the 3.6 commits that an interval has on average, one at least comes in 97.3 % of them.
    expect(perSecond({})).toBeCloseTo(0.973 / 0.9, 2);
    // Of a hundred senders some have committed in each interval.
    expect(perSecond({ eventsPerSecond: 100_000 }, 10_000)).toBeCloseTo(1 / 9.9, 4);
  });

  it('lets a tick call each minute who was not rung and has something to read', () => {
    const perMinute = (eventsPerSecond: number) =>
      quantity(exchanged({ eventsPerSecond }), 'calls of receivers') / 4 / MINUTES;
    // An event every 1,000 s is in 5.8 % of the minutes, whichever receiver it is for.
    expect(perMinute(0.001)).toBeCloseTo(1 - Math.exp(-0.06), 3);
    expect(perMinute(1e-9)).toBeCloseTo(0, 6);
  });

  it('reads and calls at a pace of a second for less than three fifths of what calls for each commit cost', () => {
    const usdOf = (paceMs: number): number => {
      const lines = ['rows read by receivers', 'rings', 'calls of receivers'];
      return exchanged({}, { paceMs }).lines.reduce((sum, one) => sum + (lines.includes(one.what) ? one.usd : 0), 0);
    };
    expect(usdOf(1_000) / usdOf(0)).toBeLessThan(0.6);
  });

  it('says how long receivers wait for more', () => {
    const noteOf = (paceMs: number) => {
      const input = costInput({ eventsPerSecond: 4_000, exchanges: [{ ...byDestination, paceMs }] });
      return assumptionsOf(input, estimate(input)).find((note) => note.startsWith('exchange'));
    };
    expect(noteOf(1_000)).toContain('it calls 4 receivers after 1s, once for all within 900 ms, 30 ms a call');
    expect(noteOf(0)).toContain('it calls 4 receivers at once, 30 ms a call');
  });

  it('without a pace calls a receiver less often than its senders commit while there are many', () => {
    const found = exchanged({ eventsPerSecond: 100_000 }, { paceMs: 0 });
    // A receiver with 25,000 rows a second needs 30 ms a call and half of each second for the rows.
    expect(quantity(found, 'calls of receivers') / 4 / SECONDS).toBeCloseTo(16.6, 0);
  });

  it('takes a request that sends the rings of a commit, and two for each call', () => {
    const found = exchanged();
    const calls = quantity(found, 'calls of receivers');
    expect(quantity(found, 'rings')).toBeCloseTo(found.traffic.batchesPerMonth + 2 * calls, 0);
  });

  it('leaves results, snapshots and the lake to the receivers, and changes nothing of the source', () => {
    const [with4, without] = [exchanged(), estimate(costInput({ eventsPerSecond: 4_000 }))];
    for (const what of ['shards', 'records put', 'results', 'results kept'])
      expect(quantity(with4, what)).toBeCloseTo(quantity(without, what), 3);
    expect(quantity(with4, 'log')).toBeGreaterThan(0);
  });

  it('has how far it has read 500 senders in each commit of a receiver: 8 write units', () => {
    const unitsOf = (eventsPerSecond: number) => {
      const found = exchanged({ eventsPerSecond, keys: 1 }, { keys: 1, receivers: 1 });
      return quantity(found, 'log') / quantity(found, 'calls of receivers');
    };
    expect(unitsOf(500_000) - unitsOf(1_000)).toBeCloseTo(8, 0);
  });
});

describe('an exchange at rest', () => {
  it('is polled for $0.33, and looked at by a tick that reads strongly: a slot of each receiver and of each sender', () => {
    const found = exchanged({ eventsPerSecond: 1e-9, keys: 1 });
    expect(quantity(found, 'polling of the queue')).toBeCloseTo(657_000, 0);
    expect(quantity(found, 'looks of ticks at receivers')).toBeCloseTo(MINUTES * (4 + 1), 0);
    expect(found.exchanges.map(({ name, atRestUsd }) => [name, Number(atRestUsd.toFixed(3))])).toEqual([
      ['by-destination', 0.356],
    ]);
  });

  it('costs no more than half a dollar a month in every pipeline, whether of one source or of two', () => {
    for (const { fragments } of [destinations, busiest, inbound]) {
      const { exchanges } = estimate(inputOf(fragments, { eventsPerSecond: 1e-9, keys: 1, eventBytes: 1 }));
      for (const { atRestUsd } of exchanges) expect(atRestUsd).toBeLessThanOrEqual(0.5);
    }
  });
});

describe('several exchanges in a row', () => {
  const ofBusiest = (changes: { readonly rows?: Readonly<Record<string, number>>; readonly keys?: number } = {}) =>
    inputOf(busiest.fragments, { eventsPerSecond: 1_000, keys: 300, eventBytes: 200, ...changes });

  it('are all counted: the second gets a final result for each key and window of the first', () => {
    const found = estimate(ofBusiest());
    expect(found.exchanges.map(({ name }) => name)).toEqual(['by-destination', 'all']);
    const [first, second] = found.exchanges;
    expect(first?.rowsPerMonth).toBeCloseTo(1_000 * SECONDS, 0);
    expect(second?.rowsPerMonth).toBeCloseTo(300 * 730, 0);
    for (const what of ['rows read by receivers', 'rings', 'calls of receivers', 'polling of the queue', 'log'])
      for (const name of ['by-destination', 'all']) expect(quantity(found, what, name)).toBeGreaterThan(0);
    expect(quantity(found, 'looks of ticks at receivers', 'all')).toBeCloseTo(MINUTES * (1 + 4), 0);
  });

  it('have one result per window behind a key of all', () => {
    expect(estimate(ofBusiest()).exchanges[1]?.receivers.resultsPerMonth).toBeCloseTo(730, 6);
    expect(quantity(estimate(ofBusiest()), 'results')).toBeCloseTo(730 * 1.2, 3);
  });

  it('take as many rows per record as they are told, and say where the number comes from', () => {
    const input = ofBusiest({ rows: { 'by-destination': 0.5, all: 0.01 } });
    const found = estimate(input);
    expect(found.exchanges.map(({ rowsPerMonth }) => rowsPerMonth / SECONDS)).toEqual([
      expect.closeTo(500, 6),
      expect.closeTo(10, 6),
    ]);
    const notes = (given: CostInput) =>
      assumptionsOf(given, estimate(given)).filter((one) => one.startsWith('exchange'));
    expect(notes(input)[1]).toContain('10 rows/s, 0.01 per record of all sources (--rows all=<rows per record>)');
    expect(notes(ofBusiest())).toEqual([
      expect.stringContaining('1,000 rows/s, 1 per record (measured on flights)'),
      expect.stringContaining('0.083 rows/s, the final results of the windows behind by-destination'),
    ]);
  });

  it('refuse rows for an exchange that is none of the pipeline', () => {
    expect(() => ofBusiest({ rows: { every: 1 } })).toThrow(
      'rows must be of one of by-destination, all, got "every"; pass --rows by-destination=1',
    );
  });

  it('begin behind windows of the source where its key stays', () => {
    const found = exchanged({ hasWindowsInPlace: true });
    expect(found.exchanges[0]?.rowsPerMonth).toBeCloseTo(found.traffic.resultsPerMonth, 0);
    expect(quantity(found, 'log', 'source')).toBeGreaterThan(0);
    expect(quantity(found, 'log of senders, with rows')).toBe(0);
  });
});
