import { z } from 'zod/mini';
import { kinesis, pipeline, seconds, type Pipeline } from '../../../engine/index.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Receivers } from '../lived.ts';

/** What is done for bids that are out of order: time waits for them, or windows are corrected. */
export interface Lateness {
  readonly time: { readonly maxOutOfOrdernessMs: number };
  readonly windows: { readonly allowedLatenessMs: number };
}

/** So long Nexmark waits for a bid that is out of order. */
const OUT_OF_ORDER_MS = seconds(4);

export const WAITING: Lateness = { time: { maxOutOfOrdernessMs: OUT_OF_ORDER_MS }, windows: { allowedLatenessMs: 0 } };
export const CORRECTING: Lateness = {
  time: { maxOutOfOrdernessMs: 0 },
  windows: { allowedLatenessMs: OUT_OF_ORDER_MS },
};

/** A query of Nexmark over the bids, none of which needs a join. */
export interface Query {
  readonly name: string;
  readonly definition: (receivers: Receivers, lateness: Lateness) => Pipeline;
  /** The results that are its last ones. @default all: none replaces another */
  readonly lastOf?: (results: readonly ResultRow[]) => readonly ResultRow[];
  /** What a result says: rows with columns in the order of the select list. */
  readonly rowsOf: (result: ResultRow) => ReadonlyArray<readonly unknown[]>;
  /** The same by DuckDB, from the table `bid`; its `time` is `date_time` as a timestamp. */
  readonly sql: string;
}

export const BID = z.object({
  auction: z.number(),
  bidder: z.number(),
  price: z.number(),
  channel: z.string(),
  url: z.string(),
  /** UTC, such as `2015-07-15 00:00:01.001`. */
  date_time: z.string(),
  extra: z.string(),
});

export type Bid = z.infer<typeof BID>;

export const timeOf = ({ date_time }: Pick<Bid, 'date_time'>): number => Date.parse(`${date_time.replace(' ', 'T')}Z`);
export const dayOf = ({ date_time }: Pick<Bid, 'date_time'>): string => date_time.slice(0, 10);
/** @example textOf(0) // '1970-01-01 00:00:00' */
export const textOf = (timeMs: number): string =>
  new Date(timeMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '');

/** Bids as they come: the stream has no partition key. */
export const bids = (name: string, { time }: Lateness = WAITING) =>
  pipeline(name)
    .source(kinesis({ stream: 'bids', schema: BID }))
    .eventTime(timeOf, time);
