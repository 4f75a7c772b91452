/** Queries without a window in them: what they group by ends with the day, or never. */
import {
  calendar,
  count,
  countIf,
  custom,
  everyRecords,
  global,
  last,
  max,
  mean,
  min,
  resultTable,
  sum,
  topN,
  value,
  type Aggregate,
  type Pipeline,
} from '../../../engine/index.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Receivers } from '../lived.ts';
import { bids, dayOf, textOf, type Bid, type Query } from './query.ts';

const RANKS = {
  rank1: ({ price }: Bid) => price < 10_000,
  rank2: ({ price }: Bid) => price >= 10_000 && price < 1_000_000,
  rank3: ({ price }: Bid) => price >= 1_000_000,
};

const rankedBids = {
  total_bids: count(),
  rank1_bids: countIf(RANKS.rank1, 'below 10,000'),
  rank2_bids: countIf(RANKS.rank2, 'below 1,000,000'),
  rank3_bids: countIf(RANKS.rank3, 'from 1,000,000 on'),
};

/** `count(DISTINCT field) FILTER (…)`, exactly. */
function distinct(field: 'auction' | 'bidder', rank?: keyof typeof RANKS): Aggregate<Bid, number> {
  const isCounted = rank === undefined ? () => true : RANKS[rank];
  const withOne = (known: readonly number[], one: number): readonly number[] =>
    known.includes(one) ? known : [...known, one].sort((a, b) => a - b);
  return custom(`distinct ${field} of ${rank ?? 'all'}`, (bid: Bid) => (isCounted(bid) ? [bid[field]] : []), {
    init: (): readonly number[] => [],
    add: (known, given) => given.reduce(withOne, known),
    merge: (a, b) => b.reduce(withOne, a),
    result: ({ length }) => length,
    resultType: 'integer',
  });
}

const rankedPeople = {
  total_bidders: distinct('bidder'),
  rank1_bidders: distinct('bidder', 'rank1'),
  rank2_bidders: distinct('bidder', 'rank2'),
  rank3_bidders: distinct('bidder', 'rank3'),
  total_auctions: distinct('auction'),
  rank1_auctions: distinct('auction', 'rank1'),
  rank2_auctions: distinct('auction', 'rank2'),
  rank3_auctions: distinct('auction', 'rank3'),
};

const prices = {
  min_price: min('price'),
  max_price: max('price'),
  avg_price: mean('price'),
  sum_price: sum('price'),
};

const DAY = calendar({ unit: 'day', timeZone: 'UTC' });
const dayOfWindow = ({ windowStartMs }: ResultRow): string => textOf(windowStartMs).slice(0, 10);
const columnsIn = (names: Readonly<Record<string, unknown>>, { values }: ResultRow): unknown[] =>
  Object.keys(names).map((name) => values[name]);

const SQL_RANKS = ['true', 'price < 10000', 'price >= 10000 AND price < 1000000', 'price >= 1000000'];
const ranksBy = (counted: string): string =>
  SQL_RANKS.map((condition) => `count(${counted}) FILTER (${condition})`).join(', ');
const SQL_PEOPLE = `${ranksBy('*')}, ${ranksBy('DISTINCT bidder')}, ${ranksBy('DISTINCT auction')}`;

/** The last bid of each bidder for an auction; of one time, the one whose `extra` is least. */
function lastBids(receivers: Receivers): Pipeline {
  return bids('q18')
    .keyBy('bidder', 'auction', { receivers })
    .process({
      state: { last: value<Bid>() },
      results: { price: 'number', channel: 'text', url: 'text', date_time: 'text', extra: 'text' },
      onRecord: ({ value: bid }, { state, emit }) => {
        const known = state.last.get();
        const isLast =
          known === undefined ||
          bid.date_time > known.date_time ||
          (bid.date_time === known.date_time && bid.extra < known.extra);
        if (!isLast) return;
        state.last.set(bid);
        emit(bid);
      },
    })
    .to(resultTable());
}

/** What a key said last. */
function lastOfKeys(results: readonly ResultRow[]): ResultRow[] {
  const byKey = new Map<string, ResultRow>();
  for (const row of results)
    if ((byKey.get(row.key)?.sequence ?? 0) <= (row.sequence as number)) byKey.set(row.key, row);
  return [...byKey.values()];
}

export const GROUPED: readonly Query[] = [
  {
    name: 'q15',
    definition: (receivers, lateness) =>
      bids('q15', lateness)
        .keyBy(dayOf, { name: 'day', receivers })
        .window(DAY, lateness.windows)
        .aggregate({ ...rankedBids, ...rankedPeople })
        .to(resultTable()),
    rowsOf: (result) => [[result.key, ...columnsIn({ ...rankedBids, ...rankedPeople }, result)]],
    sql: `SELECT strftime(time, '%Y-%m-%d') AS day, ${SQL_PEOPLE} FROM bid GROUP BY day`,
  },
  {
    name: 'q16',
    definition: (receivers, lateness) =>
      bids('q16', lateness)
        .keyBy('channel', { receivers })
        .window(DAY, lateness.windows)
        .aggregate({ latest: last('date_time'), ...rankedBids, ...rankedPeople })
        .to(resultTable()),
    rowsOf: (result) => [
      [
        result.key,
        dayOfWindow(result),
        String(result.values['latest']).slice(11, 16),
        ...columnsIn({ ...rankedBids, ...rankedPeople }, result),
      ],
    ],
    sql: `
      SELECT channel, strftime(time, '%Y-%m-%d') AS day, max(strftime(time, '%H:%M')), ${SQL_PEOPLE}
      FROM bid GROUP BY channel, day`,
  },
  {
    name: 'q17',
    definition: (receivers, lateness) =>
      bids('q17', lateness)
        .keyBy('auction', { receivers })
        .window(DAY, lateness.windows)
        .aggregate({ ...rankedBids, ...prices })
        .to(resultTable()),
    rowsOf: (result) => [[result.key, dayOfWindow(result), ...columnsIn({ ...rankedBids, ...prices }, result)]],
    sql: `
      SELECT auction, strftime(time, '%Y-%m-%d') AS day, ${ranksBy('*')}, min(price), max(price), avg(price), sum(price)::BIGINT
      FROM bid GROUP BY auction, day`,
  },
  {
    name: 'q18',
    definition: lastBids,
    lastOf: lastOfKeys,
    rowsOf: ({ values: { auction, bidder, price, channel, url, date_time, extra } }) => [
      [auction, bidder, price, channel, url, date_time, extra],
    ],
    sql: `
      SELECT auction, bidder, price, channel, url, date_time, extra FROM bid
      QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY time DESC, extra) <= 1`,
  },
  {
    name: 'q19',
    definition: (receivers) =>
      bids('q19')
        .keyBy('auction', { receivers })
        .window(global(), { trigger: { early: everyRecords(1) } })
        .aggregate({
          best: topN(['bidder', 'date_time', 'extra', 'price'], { n: 10, by: 'price', ties: 'value', maxBytes: 256 }),
        })
        .to(resultTable()),
    rowsOf: ({ key, values: { best } }) =>
      (best as Bid[]).map(({ bidder, price, date_time, extra }, i) => [key, bidder, price, date_time, extra, i + 1]),
    sql: `
      SELECT auction, bidder, price, date_time, extra,
        row_number() OVER (PARTITION BY auction ORDER BY price DESC, bidder, date_time, extra) AS rank_number
      FROM bid QUALIFY rank_number <= 10`,
  },
];
