/**
 * US departures per airport and hour. The input is the year-2001 flights of `vega-datasets`; a flight is published when
 * its delay is known, so the stream is out of order by the delays.
 *
 * Of the delays, 95 % are at most 61 minutes: windows wait an hour. 99.85 % are at most 4 hours: for three more hours a
 * late flight corrects its window's result. The rest, about one flight in 700, goes to the late records.
 */
import * as z from 'zod/mini';
import {
  count,
  countIf,
  hours,
  kinesis,
  lake,
  max,
  mean,
  min,
  minutes,
  pipeline,
  resultTable,
  sum,
  tumbling,
} from '../engine/index.ts';

/** A moment as ISO 8601 text or as ms since 1970; ms once validated. */
const Moment = z.union([
  z.int(),
  z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text) => Date.parse(text)),
  ),
]);

export const Departure = z.object({
  /** Scheduled departure, local time read as UTC. */
  date: Moment,
  /** Minutes after schedule; negative when early. */
  delay: z.int(),
  /** Miles. */
  distance: z.int().check(z.nonnegative()),
  /** IATA codes. */
  origin: z.string().check(z.regex(/^[A-Z0-9]{3}$/)),
  destination: z.string().check(z.regex(/^[A-Z0-9]{3}$/)),
});

export default pipeline('flights')
  .source(kinesis({ stream: 'departures', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    minDelayMin: min('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable(), lake());
