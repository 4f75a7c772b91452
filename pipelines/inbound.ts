/**
 * US departures per destination and hour, of two systems: one knows the flights below 1,000 miles, the other the longer ones.
 * Each has a stream, field names, units and a bound of its own, and the second has partition keys that say nothing; what they
 * say of one airport meets behind an exchange.
 */
import * as z from 'zod/mini';
import {
  count,
  countIf,
  from,
  hours,
  kinesis,
  lake,
  max,
  mean,
  minutes,
  pipeline,
  resultTable,
  sum,
  tumbling,
} from '../engine/index.ts';
import { Departure } from './flights.ts';

const LongHaul = z.object({
  /** Scheduled departure [s since 1970]. */
  scheduledAt: z.int(),
  /** Negative when early. */
  lateSeconds: z.int(),
  miles: z.int().check(z.nonnegative()),
  /** IATA codes. */
  from: z.string().check(z.regex(/^[A-Z0-9]{3}$/)),
  to: z.string().check(z.regex(/^[A-Z0-9]{3}$/)),
});

const longHaul = from(kinesis({ stream: 'long-haul', schema: LongHaul }))
  .eventTime((flight) => flight.scheduledAt * 1_000, { maxOutOfOrdernessMs: minutes(90) })
  .map((flight) => ({
    date: flight.scheduledAt * 1_000,
    delay: flight.lateSeconds / 60,
    distance: flight.miles,
    origin: flight.from,
    destination: flight.to,
  }));

export default pipeline('inbound')
  .source(kinesis({ stream: 'short-haul', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .union(longHaul)
  .keyBy('destination')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable(), lake());
