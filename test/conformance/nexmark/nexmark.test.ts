/** The same queries over bids that are more awkward than those of the benchmark, against DuckDB. */
import { describe, expect, it } from '@jest/globals';
import { generatedBids } from './generated-bids.ts';
import { QUERIES } from './nexmark.ts';
import { referenceOf } from './reference.ts';
import { differencesOfLines, lineOf, rowsOfLife } from './rows.ts';
import type { Bid, Query } from './query.ts';

/** With odd ones windows are corrected. */
const SEEDS = [1, 2, 3];

async function differencesFrom(query: Query, bids: readonly Bid[], seed: number): Promise<string[]> {
  const expected = (await referenceOf(bids, [query])).get(query.name) ?? [];
  const rows = await rowsOfLife(query, bids, seed);
  return differencesOfLines(rows.map(lineOf), expected.map(lineOf));
}

describe.each(QUERIES)('Nexmark $name', (query) => {
  it.each(SEEDS)('gives the rows of DuckDB, however bids of any kind are spread over shards: seed %i', async (seed) => {
    expect(await differencesFrom(query, generatedBids(seed), seed)).toEqual([]);
  });
});

describe('Nexmark q7', () => {
  const bid = (date_time: string, price: number, extra: string): Bid => ({
    auction: 1,
    bidder: 1,
    price,
    channel: 'Apple',
    url: '',
    date_time,
    extra,
  });

  it.each<[string, readonly Bid[], number]>([
    ['bids that are equally high', [bid('2015-07-15 00:00:01', 5, 'a'), bid('2015-07-15 00:00:02', 5, 'b')], 2],
    [
      'a bid at the end of a window whose highest price it has',
      [bid('2015-07-15 00:00:01', 5, 'a'), bid('2015-07-15 00:00:10', 5, 'b'), bid('2015-07-15 00:00:11', 9, 'c')],
      3,
    ],
    [
      'no bid of the next window that is higher',
      [bid('2015-07-15 00:00:01', 5, 'a'), bid('2015-07-15 00:00:10', 9, 'b')],
      2,
    ],
  ])('gives %s', async (_, bids, rows) => {
    const query = QUERIES.find(({ name }) => name === 'q7') as Query;
    expect(await rowsOfLife(query, bids, 1)).toHaveLength(rows);
    expect(await differencesFrom(query, bids, 1)).toEqual([]);
  });
});

describe('rows of Nexmark', () => {
  it('are equal by the values of their numbers and whatever white space they have', () => {
    expect(lineOf([1000, '13.50', 'a  b', 263196.66666666666])).toBe(lineOf(['1000 13.5 a b', '263196.666666666667']));
    expect(lineOf([1, '2'])).not.toBe(lineOf([1, 3]));
    expect(lineOf([1_000_000_000_001])).not.toBe(lineOf([1_000_000_000_002]));
  });

  it('that are missing, or that are there once more, are found', () => {
    expect(differencesOfLines(['1 2'], ['1 2', '1 2'])).toEqual(['missing [["row","1 2"]]']);
    expect(differencesOfLines(['1 2', '1 2'], ['1 2'])).toEqual(['unexpected [["row","1 2"]]']);
  });
});
