/**
 * What the visitors of a shop do between coming and leaving, and who of them buys. The input is generated and names no one:
 * clicks come out of order, some hours late, and some twice.
 *
 * A visitor who has been quiet for half an hour has left. What a phone delivers within the hour after that still counts:
 * it may make a visit longer, or one of two, and the results that were wrong then are taken back. For as long as a click
 * can count, its repeats are known.
 */
import * as z from 'zod/mini';
import {
  approxDistinct,
  count,
  countIf,
  first,
  hours,
  kinesis,
  lake,
  minutes,
  pipeline,
  resultTable,
  session,
  sum,
} from '../engine/index.ts';

export const Click = z.object({
  /** The same for all repeats of one click. */
  eventId: z.string(),
  visitor: z.string(),
  /** When it was clicked [ms since 1970]. */
  timeMs: z.int(),
  page: z.string(),
  action: z.enum(['view', 'cart', 'purchase']),
  /** What a purchase has cost, else 0. */
  cents: z.int().check(z.nonnegative()),
  agent: z.enum(['browser', 'robot']),
});

const QUIET_MS = minutes(30);
const LATENESS_MS = hours(1);

export default pipeline('clickstream')
  .source(kinesis({ stream: 'clicks', partitionKey: 'visitor', schema: Click }))
  .eventTime((click) => click.timeMs, { maxOutOfOrdernessMs: minutes(2) })
  .filter((click) => click.agent !== 'robot')
  .keyBy('visitor')
  .deduplicate({ by: (click) => click.eventId, withinMs: QUIET_MS + LATENESS_MS })
  .window(session({ gapMs: QUIET_MS }), { allowedLatenessMs: LATENESS_MS })
  .aggregate({
    clicks: count(),
    pages: approxDistinct('page'),
    landing: first('page'),
    carts: countIf((click) => click.action === 'cart', 'cart'),
    purchases: countIf((click) => click.action === 'purchase', 'purchase'),
    paidCents: sum('cents'),
  })
  .filter(({ clicks }) => clicks > 1)
  .map(
    ({ clicks, pages, landing, carts, purchases, paidCents }) => ({
      clicks,
      pages,
      landing,
      outcome: purchases > 0 ? 'bought' : carts > 0 ? 'left a full cart' : 'looked',
      paidCents,
    }),
    { clicks: 'integer', pages: 'integer', landing: 'text', outcome: 'text', paidCents: 'integer' },
  )
  .to(resultTable(), lake());
