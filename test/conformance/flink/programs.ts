import { z } from 'zod/mini';
import {
  approxDistinct,
  count,
  from,
  hopping,
  kinesis,
  last,
  pipeline,
  resultTable,
  seconds,
  session,
  sum,
  topN,
  tumbling,
  type Pipeline,
} from '../../../engine/index.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { timeOf, timeText } from './rows-of-flink.ts';

export interface Program {
  readonly pipeline: () => Pipeline;
  /** What the clock shows: behind all rows [ms since 1970]. */
  readonly startMs: number;
  readonly rowsOf: (result: ResultRow) => ReadonlyArray<readonly unknown[]>;
}

/** `- INTERVAL '1' SECOND`, for windows that fire at their last millisecond. */
const IN_ORDER = { maxOutOfOrdernessMs: seconds(1) - 1 };
const NO_NAME = '(null)';

const Measurement = z.object({
  ts: z.string(),
  a_int: z.int(),
  comment: z.nullable(z.string()),
  name: z.nullable(z.string()),
});

/** Rows, the sum of a column and how many different texts there are, by name and window. */
function aggregated(stream: string, windows: Windows): Program {
  return {
    pipeline: () =>
      pipeline('aggregated')
        .source(kinesis({ stream, schema: Measurement }))
        .eventTime(({ ts }) => timeOf(ts), IN_ORDER)
        .map((row) => ({ ...row, name: row.name ?? NO_NAME }))
        .keyBy('name')
        .window(windows)
        .aggregate({ cnt: count(), sum_int: sum('a_int'), distinct_cnt: approxDistinct('comment') })
        .to(resultTable()) as unknown as Pipeline,
    startMs: timeOf('2020-10-10 00:01:00'),
    rowsOf: ({ key, windowStartMs, windowEndMs, values: { cnt, sum_int, distinct_cnt } }) => [
      ['+I', nameOf(key), timeText(windowStartMs), timeText(windowEndMs), cnt, sum_int, distinct_cnt],
    ],
  };
}

const nameOf = (key: string): string | null => (key === NO_NAME ? null : key);

const SESSIONS: Program = {
  ...aggregated('source_t', session({ gapMs: seconds(3) })),
  rowsOf: ({ key, values: { cnt } }) => [['+I', nameOf(key), cnt]],
};

const Bid = z.object({ ts: z.string(), price: z.string(), item: z.string(), supplier_id: z.string() });
type Bid = z.infer<typeof Bid>;

const bids = () =>
  pipeline('bids')
    .source(kinesis({ stream: 'bid_t', schema: Bid }))
    .eventTime(({ ts }) => timeOf(ts), IN_ORDER)
    .map((bid) => ({ ...bid, amount: Number(bid.price) }))
    .keyAll()
    .window(tumbling({ sizeMs: seconds(10) }));

const BIDS_UNTIL_MS = timeOf('2020-04-15 08:01:00');
const decimal = ({ price }: Bid): string => Number(price).toFixed(2);

/** By price; of equal ones the first. */
const HIGHEST: Program = {
  pipeline: () =>
    bids()
      .aggregate({ highest: topN(['ts', 'price', 'item', 'supplier_id', 'amount'], { n: 3, by: 'amount' }) })
      .to(resultTable()) as unknown as Pipeline,
  startMs: BIDS_UNTIL_MS,
  rowsOf: ({ windowStartMs, windowEndMs, values }) =>
    (values['highest'] as readonly Bid[]).map((bid, i) => [
      '+I',
      timeText(windowStartMs),
      timeText(windowEndMs),
      timeText(timeOf(bid.ts)),
      bid.supplier_id,
      decimal(bid),
      bid.item,
      i + 1,
    ]),
};

const LAST: Program = {
  pipeline: () =>
    bids()
      .aggregate({ last: last(['ts', 'price', 'item', 'supplier_id']) })
      .to(resultTable()) as unknown as Pipeline,
  startMs: BIDS_UNTIL_MS,
  rowsOf: ({ windowStartMs, windowEndMs, values }) => {
    const bid = values['last'] as Bid;
    const window = [timeText(windowStartMs), timeText(windowEndMs)];
    return [['+I', timeText(timeOf(bid.ts)), decimal(bid), bid.item, bid.supplier_id, ...window, 1]];
  },
};

const Order = z.object({ id: z.int(), order_ts_str: z.string() });
const Shipment = z.object({ id: z.int(), order_id: z.int(), shipment_ts_str: z.string() });

const SHIPPED: Program = {
  pipeline: () =>
    pipeline('shipped')
      .source(kinesis({ stream: 'orders_t', schema: Order }))
      .eventTime(({ order_ts_str }) => timeOf(order_ts_str), { maxOutOfOrdernessMs: seconds(1) })
      .join(
        from(kinesis({ stream: 'shipments_t', schema: Shipment })).eventTime(
          ({ shipment_ts_str }) => timeOf(shipment_ts_str),
          { maxOutOfOrdernessMs: seconds(1) },
        ),
        {
          kind: 'inner',
          on: { left: 'id', right: 'order_id' },
          lowerMs: -seconds(5),
          upperMs: seconds(5),
          results: { order: 'integer', order_ts_str: 'text', shipment_ts_str: 'text' },
          select: (order, shipment) => ({
            order: order.id,
            order_ts_str: order.order_ts_str,
            shipment_ts_str: shipment.shipment_ts_str,
          }),
        },
      )
      .to(resultTable()) as unknown as Pipeline,
  startMs: timeOf('2020-04-15 08:01:00'),
  rowsOf: ({ values: { order, order_ts_str, shipment_ts_str } }) => [['+I', order, order_ts_str, shipment_ts_str]],
};

const First = z.object({ a: z.int(), b: z.int() });
const Second = z.object({ d: z.int(), e: z.int() });

/** Rows of both as they come. */
const UNITED: Program = {
  pipeline: () =>
    pipeline('united')
      .source(kinesis({ stream: 'source_t1', schema: First }))
      .arrivalTime()
      .union(
        from(kinesis({ stream: 'source_t2', schema: Second }))
          .arrivalTime()
          .map(({ d, e }) => ({ a: d, b: e })),
      )
      .keyAll()
      .process({
        state: {},
        results: { a: 'integer', b: 'integer' },
        onRecord: ({ value: { a, b } }, { emit }) => emit({ a, b }),
      })
      .to(resultTable()) as unknown as Pipeline,
  startMs: timeOf('2023-12-20 00:00:00'),
  rowsOf: ({ values: { a, b } }) => [['+I', a, b]],
};

const FIVE_MS = seconds(5);

/** By the names that Flink's tests give them. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ['window-rank-tumble-tvf-max-top-n', HIGHEST],
  ['group-window-aggregate-session-event-time', SESSIONS],
  ['window-aggregate-tumble-event-time', aggregated('window_source_t', tumbling({ sizeMs: FIVE_MS }))],
  [
    'window-aggregate-hop-event-time-with-offset',
    aggregated('window_source_t', hopping({ sizeMs: seconds(10), advanceMs: FIVE_MS, offsetMs: seconds(1) })),
  ],
  ['window-aggregate-session-partition-event-time', aggregated('window_source_t', session({ gapMs: FIVE_MS }))],
  ['window-deduplicate-desc-tumble-last-row', LAST],
  ['interval-join-event-time', SHIPPED],
  ['union-all-two-sources', UNITED],
]);
