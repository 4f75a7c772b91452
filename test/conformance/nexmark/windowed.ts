/** Queries by windows of event time. What Nexmark writes as a join of a stream with its own aggregate are two levels or one function. */
import {
  count,
  hopping,
  map,
  resultTable,
  seconds,
  session,
  tumbling,
  value,
  type Pipeline,
} from '../../../engine/index.ts';
import type { Receivers } from '../lived.ts';
import { bids, textOf, type Bid, type Lateness, type Query } from './query.ts';

interface Counted {
  readonly auction: string;
  readonly num: number;
}

/** The auctions with the most bids of ten seconds, every two: counted by auction, then compared by window. */
function hottest(receivers: Receivers, lateness: Lateness): Pipeline {
  return bids('q5', lateness)
    .keyBy('auction', { receivers })
    .window(hopping({ sizeMs: seconds(10), advanceMs: seconds(2) }), lateness.windows)
    .aggregate({ num: count() })
    .keyBy('windowStartMs', { receivers })
    .process({
      state: { hottest: value<readonly Counted[]>() },
      results: { auction: 'text', num: 'integer' },
      onRecord: ({ value: { auction, num, windowEndMs } }, { state, setTimer }) => {
        const known = state.hottest.get() ?? [];
        const most = known[0]?.num ?? 0;
        if (num >= most) state.hottest.set([...(num === most ? known : []), { auction, num }]);
        setTimer(windowEndMs);
      },
      onTimer: (_, { state, emit }) => {
        for (const each of state.hottest.get() ?? []) emit(each);
        state.hottest.clear();
      },
    })
    .to(resultTable());
}

const SIZE_MS = seconds(10);

/** Of a window: its highest price, and the bids that have this price or may come to have it. */
interface Highest {
  /** Null: no bid is within it yet. */
  readonly price: number | null;
  readonly bids: readonly Bid[];
}

/** The highest bids of ten seconds. The SQL counts a bid at the very end of a window among its bids, but not for its highest price. */
function highest(): Pipeline {
  return bids('q7')
    .keyAll()
    .process({
      state: { windows: map<Highest>() },
      results: { auction: 'integer', price: 'number', bidder: 'integer', date_time: 'text' },
      onRecord: ({ value: bid, eventTimeMs }, { state: { windows }, setTimer }) => {
        const startMs = Math.floor(eventTimeMs / SIZE_MS) * SIZE_MS;
        const note = (endMs: number, isWithin: boolean): void => {
          const { price, bids: known } = windows.get(String(endMs)) ?? { price: null, bids: [] };
          const now = isWithin ? Math.max(price ?? bid.price, bid.price) : price;
          const mayBeHighest = (each: Bid): boolean => now === null || each.price >= now;
          windows.set(String(endMs), { price: now, bids: [...known, bid].filter(mayBeHighest) });
          setTimer(endMs + 1);
        };
        note(startMs + SIZE_MS, true);
        if (eventTimeMs === startMs) note(startMs, false);
      },
      onTimer: ({ timeMs }, { state: { windows }, emit }) => {
        const { price, bids: known } = windows.get(String(timeMs - 1)) as Highest;
        for (const bid of known) if (bid.price === price) emit(bid);
        windows.delete(String(timeMs - 1));
      },
    })
    .to(resultTable());
}

export const WINDOWED: readonly Query[] = [
  {
    name: 'q5',
    definition: hottest,
    rowsOf: ({ values: { auction, num } }) => [[auction, num]],
    sql: `
      WITH counts AS (
        SELECT auction, start, count(*) AS num
        FROM (SELECT auction, unnest([(epoch_ms(time) // 2000 - hop) * 2000 FOR hop IN [0, 1, 2, 3, 4]]) AS start FROM bid)
        GROUP BY auction, start
      )
      SELECT auction, num FROM counts JOIN (SELECT start, max(num) AS maxn FROM counts GROUP BY start) USING (start)
      WHERE num >= maxn`,
  },
  {
    name: 'q7',
    definition: highest,
    rowsOf: ({ values: { auction, price, bidder, date_time } }) => [[auction, price, bidder, date_time]],
    sql: `
      SELECT auction, price, bidder, date_time
      FROM bid JOIN (SELECT max(price) AS maxprice, (epoch_ms(time) // 10000 + 1) * 10000 AS ending FROM bid GROUP BY ending)
        ON price = maxprice
      WHERE epoch_ms(time) BETWEEN ending - 10000 AND ending`,
  },
  {
    name: 'q11',
    definition: (receivers, lateness) =>
      bids('q11', lateness)
        .keyBy('bidder', { receivers })
        .window(session({ gapMs: seconds(10) }), lateness.windows)
        .aggregate({ bid_count: count() })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, windowEndMs, values: { bid_count } }) => [
      [key, bid_count, textOf(windowStartMs), textOf(windowEndMs)],
    ],
    sql: `
      WITH begun AS (
        SELECT bidder, epoch_ms(time) AS ms,
          coalesce(ms - lag(ms) OVER (PARTITION BY bidder ORDER BY ms) >= 10000, true)::INT AS begins
        FROM bid
      ), numbered AS (SELECT *, sum(begins) OVER (PARTITION BY bidder ORDER BY ms) AS session FROM begun)
      SELECT bidder, count(*), TEXT_OF(min(ms)), TEXT_OF(max(ms) + 10000) FROM numbered GROUP BY bidder, session`,
  },
  {
    name: 'q12',
    definition: (receivers, lateness) =>
      bids('q12', lateness)
        .keyBy('bidder', { receivers })
        .window(tumbling({ sizeMs: SIZE_MS }), lateness.windows)
        .aggregate({ bid_count: count() })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, windowEndMs, values: { bid_count } }) => [
      [key, bid_count, textOf(windowStartMs), textOf(windowEndMs)],
    ],
    sql: `
      SELECT bidder, count(*), TEXT_OF(start), TEXT_OF(start + 10000)
      FROM (SELECT bidder, epoch_ms(time) // 10000 * 10000 AS start FROM bid) GROUP BY bidder, start`,
  },
];
