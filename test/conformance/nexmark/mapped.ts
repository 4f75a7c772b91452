/** Queries that make at most one row of each bid. Every result is of a key: theirs is the auction. */
import { resultTable } from '../../../engine/index.ts';
import { bids, dayOf, timeOf, type Bid, type Query } from './query.ts';

const CHANNELS: Readonly<Record<string, string>> = { apple: '0', google: '1', facebook: '2', baidu: '3' };

/** Undefined of a bid that came through none. */
function channelIdOf({ channel, url }: Bid): string | undefined {
  return CHANNELS[channel.toLowerCase()] ?? /(?:&|^)channel_id=([^&]*)/.exec(url)?.[1];
}

function partOfDay(bid: Bid): string {
  const hour = new Date(timeOf(bid)).getUTCHours();
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

const PRICED = { bidder: 'integer', price: 'number', date_time: 'text' } as const;

export const MAPPED: readonly Query[] = [
  {
    name: 'q0',
    definition: (receivers) =>
      bids('q0')
        .keyBy('auction', { receivers })
        .process({ results: PRICED, onRecord: ({ value }, { emit }) => emit(value) })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, date_time } }) => [[key, bidder, price, date_time]],
    sql: 'SELECT auction, bidder, price, date_time FROM bid',
  },
  {
    name: 'q1',
    definition: (receivers) =>
      bids('q1')
        .map((bid) => ({ ...bid, price: 0.908 * bid.price }))
        .keyBy('auction', { receivers })
        .process({ results: PRICED, onRecord: ({ value }, { emit }) => emit(value) })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, date_time } }) => [[key, bidder, price, date_time]],
    sql: 'SELECT auction, bidder, (0.908 * price)::DOUBLE, date_time FROM bid',
  },
  {
    name: 'q2',
    definition: (receivers) =>
      bids('q2')
        .filter(({ auction }) => [1007, 1020, 2001, 2019, 2087].includes(auction))
        .keyBy('auction', { receivers })
        .process({ results: { price: 'number' }, onRecord: ({ value }, { emit }) => emit(value) })
        .to(resultTable()),
    rowsOf: ({ key, values: { price } }) => [[key, price]],
    sql: 'SELECT auction, price FROM bid WHERE auction IN (1007, 1020, 2001, 2019, 2087)',
  },
  {
    name: 'q10',
    definition: (receivers) =>
      bids('q10')
        .map((bid) => ({ ...bid, day: dayOf(bid), minute: bid.date_time.slice(11, 16) }))
        .keyBy('auction', { receivers })
        .process({
          results: { ...PRICED, day: 'text', minute: 'text' },
          onRecord: ({ value }, { emit }) => emit(value),
        })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, date_time, day, minute } }) => [
      [key, bidder, price, date_time, day, minute],
    ],
    sql: `SELECT auction, bidder, price, date_time, strftime(time, '%Y-%m-%d'), strftime(time, '%H:%M') FROM bid`,
  },
  {
    name: 'q14',
    definition: (receivers) =>
      bids('q14')
        .map((bid) => ({
          ...bid,
          price: 0.908 * bid.price,
          bidTimeType: partOfDay(bid),
          c_counts: bid.extra.split('c').length - 1,
        }))
        .filter(({ price }) => price > 1_000_000 && price < 50_000_000)
        .keyBy('auction', { receivers })
        .process({
          results: { ...PRICED, bidTimeType: 'text', c_counts: 'integer' },
          onRecord: ({ value }, { emit }) => emit(value),
        })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, bidTimeType, date_time, c_counts } }) => [
      [key, bidder, price, bidTimeType, date_time, c_counts],
    ],
    sql: `
      SELECT auction, bidder, (0.908 * price)::DOUBLE,
        CASE WHEN hour(time) BETWEEN 8 AND 18 THEN 'dayTime'
          WHEN hour(time) <= 6 OR hour(time) >= 20 THEN 'nightTime' ELSE 'otherTime' END,
        date_time, length(extra) - length(replace(extra, 'c', ''))
      FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000`,
  },
  {
    name: 'q21',
    definition: (receivers) =>
      bids('q21')
        .flatMap((bid) => {
          const channel_id = channelIdOf(bid);
          return channel_id === undefined ? [] : [{ ...bid, channel_id }];
        })
        .keyBy('auction', { receivers })
        .process({
          results: { bidder: 'integer', price: 'number', channel: 'text', channel_id: 'text' },
          onRecord: ({ value }, { emit }) => emit(value),
        })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, channel, channel_id } }) => [[key, bidder, price, channel, channel_id]],
    sql: `
      SELECT auction, bidder, price, channel,
        CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
          ELSE regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END
      FROM bid
      WHERE regexp_matches(url, '(&|^)channel_id=') OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
  },
  {
    name: 'q22',
    definition: (receivers) =>
      bids('q22')
        .map((bid) => {
          const [, , , dir1 = '', dir2 = '', dir3 = ''] = bid.url.split('/');
          return { ...bid, dir1, dir2, dir3 };
        })
        .keyBy('auction', { receivers })
        .process({
          results: { bidder: 'integer', price: 'number', channel: 'text', dir1: 'text', dir2: 'text', dir3: 'text' },
          onRecord: ({ value }, { emit }) => emit(value),
        })
        .to(resultTable()),
    rowsOf: ({ key, values: { bidder, price, channel, dir1, dir2, dir3 } }) => [
      [key, bidder, price, channel, dir1, dir2, dir3],
    ],
    sql: `
      SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6)
      FROM bid`,
  },
];
