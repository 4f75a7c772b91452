/**
 * Orders with their payments: those that are paid within fifteen minutes, each with what paid it, and those that are not. The
 * input is generated, with payments that are too late, too small, or never come.
 *
 * A payment that comes pairs with its order at once. An order that has none comes out once time has passed the last payment
 * that could pay it, as a row whose `paymentId` is null.
 */
import * as z from 'zod/mini';
import { from, kinesis, lake, minutes, pipeline, resultTable, seconds } from '../engine/index.ts';

const Order = z.object({
  orderId: z.string(),
  shop: z.string(),
  /** When it was placed [ms since 1970]. */
  timeMs: z.int(),
  cents: z.int().check(z.positive()),
});

const Payment = z.object({
  paymentId: z.string(),
  orderId: z.string(),
  /** When it was made [ms since 1970]. */
  timeMs: z.int(),
  cents: z.int().check(z.positive()),
});

const payments = from(kinesis({ stream: 'payments', partitionKey: 'orderId', schema: Payment })).eventTime(
  (payment) => payment.timeMs,
  { maxOutOfOrdernessMs: seconds(60) },
);

export default pipeline('orders')
  .source(kinesis({ stream: 'orders', partitionKey: 'orderId', schema: Order }))
  .eventTime((order) => order.timeMs, { maxOutOfOrdernessMs: seconds(30) })
  .join(payments, {
    kind: 'left',
    on: 'orderId',
    lowerMs: 0,
    upperMs: minutes(15),
    allowedLatenessMs: minutes(1),
    where: (order, payment) => payment.cents >= order.cents,
    results: { shop: 'text', cents: 'integer', paymentId: 'text', paidAfterS: 'number' },
    select: (order, payment) => ({
      shop: order.shop,
      cents: order.cents,
      paymentId: payment?.paymentId ?? null,
      paidAfterS: payment === null ? null : (payment.timeMs - order.timeMs) / 1_000,
    }),
  })
  .to(resultTable(), lake());
