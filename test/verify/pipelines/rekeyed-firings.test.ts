import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../../simulation/world/random.ts';
import type { Row } from '../compare.ts';
import { compareFirings, wrongIn, type Came, type FiredWindow } from './rekeyed-firings.ts';

const PLACE = { key: 'ATL', windowStartMs: 0, windowEndMs: 10 };

/** What a window says of these delays, each of a flight of so many miles. */
const said = (...delays: readonly number[]): Row => ({
  ...PLACE,
  departures: delays.length,
  delayed: delays.filter((delay) => delay >= 15).length,
  meanDelayMin: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
  maxDelayMin: Math.max(...delays),
  totalDistanceMiles: delays.reduce((sum, delay) => sum + delay * 10, 0),
});
const came = (atLeast: number, ...delays: readonly number[]): Came => ({
  delays,
  distances: delays.map((delay) => delay * 10),
  atLeast,
});

/** From one shard 1, then 2; from another 30, then 40 and 50. The first of each came in time. */
const WINDOW: FiredWindow = { result: said(1, 2, 30, 40, 50), came: [came(1, 1, 2), came(1, 30, 40, 50)] };

describe('firings behind an exchange', () => {
  it.each<[string, readonly Row[]]>([
    ['all rows at once', [said(1, 2, 30, 40, 50)]],
    ['one row after the other', [said(1, 30), said(1, 2, 30), said(1, 2, 30, 40), said(1, 2, 30, 40, 50)]],
    ['those of another shard first', [said(1, 30), said(1, 30, 40), said(1, 30, 40, 50), said(1, 2, 30, 40, 50)]],
    ['some with the first firing', [said(1, 30, 40), said(1, 30, 40, 50), said(1, 2, 30, 40, 50)]],
  ])('may tell of %s', (_, firings) => {
    expect(wrongIn(WINDOW, firings)).toBeUndefined();
  });

  it.each<[string, readonly Row[]]>([
    ['none at all', []],
    ['an end without the last row', [said(1, 30), said(1, 30, 40)]],
    [
      'a first one without a row that was in time',
      [said(1), said(1, 30), said(1, 2, 30), said(1, 2, 30, 40), said(1, 2, 30, 40, 50)],
    ],
    ['two rows in one further firing', [said(1, 30), said(1, 2, 30, 40), said(1, 2, 30, 40, 50)]],
    ['a shard in another order', [said(1, 30), said(1, 30, 50), said(1, 30, 40, 50), said(1, 2, 30, 40, 50)]],
    ['the same rows twice', [said(1, 30, 40), said(1, 30, 40), said(1, 30, 40, 50), said(1, 2, 30, 40, 50)]],
    ['a mean that is off', [{ ...said(1, 2, 30, 40, 50), meanDelayMin: 24.6 + 1e-9 }]],
    ['another end of the window', [{ ...said(1, 2, 30, 40, 50), windowEndMs: 11 }]],
    ['a row that was taken back', [{ ...said(1, 2, 30, 40, 50), retracted: true }]],
  ])('must not tell of %s', (_, firings) => {
    expect(wrongIn(WINDOW, firings)).toMatch(/must/);
  });

  it.each(Array.from({ length: 50 }, (_, seed) => seed))('are right in any order of shards: seed %i', (seed) => {
    const random = new SeededRandom(seed, 'firings');
    const shards = Array.from({ length: random.between(1, 4) }, () => {
      const delays = Array.from({ length: random.between(0, 6) }, () => random.pick([0, 1, 15, 16]));
      return came(random.between(0, delays.length), ...delays);
    });
    const counts = shards.map(({ atLeast }) => atLeast);
    const all = (): number[] => shards.flatMap(({ delays }, i) => delays.slice(0, counts[i]));
    const firings = all().length === 0 ? [] : [said(...all())];
    const open = () => [...shards.keys()].filter((i) => (counts[i] as number) < (shards[i] as Came).delays.length);
    while (open().length > 0) {
      counts[random.pick(open())]! += 1;
      firings.push(said(...all()));
    }
    if (firings.length === 0) return;
    const window = { result: firings.at(-1) as Row, came: shards };
    expect(wrongIn(window, firings)).toBeUndefined();
    if (firings.length > 1)
      expect(wrongIn(window, firings.toSpliced(random.between(1, firings.length - 1), 1))).toMatch(/must/);
  });

  it('come once where no row came later, and of no other window', () => {
    const once = { result: said(1, 2) };
    const lake = [{ ...said(1, 2), revision: 1, id: 'a' }];
    expect(compareFirings([once], lake)).toMatchObject({ compared: 1, differences: 0, first: [] });
    expect(compareFirings([], lake)).toMatchObject({
      differences: 1,
      first: [expect.stringContaining('must not have fired')],
    });
    expect(compareFirings([once], [])).toMatchObject({ differences: 1 });
    expect(compareFirings([once], [...lake, { ...said(1, 2), revision: 2 }])).toMatchObject({ differences: 1 });
    expect(compareFirings([once], [{ ...said(1, 2), revision: 2 }])).toMatchObject({
      differences: 1,
      first: [expect.stringContaining('revisions must be 1, 2, 3')],
    });
  });
});
