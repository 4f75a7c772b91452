import { z } from 'zod/mini';
import { count, from, kafka, kinesis, minutes, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';
import type { Pipeline } from '../../../engine/index.ts';

export const MINUTE_MS = 60_000;
export const START_MS = 1_000_000 * MINUTE_MS;
export const REFUND = z.object({ store: z.string(), cents: z.number(), refundedMs: z.number() });
const SALE = z.object({ shop: z.string(), euros: z.number(), atMs: z.number() });

export const sales = () => kinesis({ stream: 'sales', partitionKey: 'shop', schema: SALE });
export const refunds = () => kafka({ topic: 'refunds', schema: REFUND });

/** Of a stream of sales, and of a topic of refunds that knows other names for the same things. */
export function turnover(withRefunds = refunds()): Pipeline {
  return pipeline('turnover')
    .source(sales())
    .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0, idleTimeoutMs: minutes(1) })
    .union(
      from(withRefunds)
        .eventTime(({ refundedMs }) => refundedMs, { maxOutOfOrdernessMs: minutes(2), idleTimeoutMs: minutes(1) })
        .filter(({ cents }) => cents > 0)
        .map(({ store, cents, refundedMs }) => ({ shop: store, euros: -cents / 100, atMs: refundedMs })),
    )
    .keyBy('shop', { receivers: [2] })
    .window(tumbling({ sizeMs: minutes(10) }))
    .aggregate({ n: count(), euros: sum('euros') })
    .to(resultTable());
}

export const sale = (shop: string, euros: number, minute: number) => ({
  shop,
  euros,
  atMs: START_MS + minute * MINUTE_MS,
});
export const refund = (store: string, cents: number, minute: number) => ({
  store,
  cents,
  refundedMs: START_MS + minute * MINUTE_MS,
});
