/**
 * The strongest earthquakes of the last 24 hours, anew every hour, for each network that reports to the USGS. The input is
 * a real week of 2018, in the order in which the reports were finished: half of them within four hours, a tenth after two
 * days.
 *
 * Windows wait half a day. For two days more, a report corrects each of the 24 windows that its quake falls into; one that
 * comes later still goes to the late records.
 */
import * as z from 'zod/mini';
import {
  count,
  countIf,
  days,
  hopping,
  hours,
  kinesis,
  lake,
  max,
  pipeline,
  resultTable,
  topN,
} from '../engine/index.ts';

export const Report = z.object({
  id: z.string(),
  /** Who reports it, e.g. `ak` in Alaska. */
  network: z.string(),
  /** When the earth shook [ms since 1970]. */
  timeMs: z.int(),
  /** `earthquake`, `explosion`, `quarry blast`, … */
  type: z.string(),
  /** Of small quakes below 0. */
  magnitude: z.number(),
  depthKm: z.number(),
  place: z.string(),
});

export default pipeline('earthquakes')
  .source(kinesis({ stream: 'earthquakes', partitionKey: 'network', schema: Report }))
  .eventTime((report) => report.timeMs, { maxOutOfOrdernessMs: hours(12) })
  .filter((report) => report.type === 'earthquake')
  .keyBy('network')
  .window(hopping({ sizeMs: days(1), advanceMs: hours(1) }), { allowedLatenessMs: days(2) })
  .aggregate({
    quakes: count(),
    felt: countIf((report) => report.magnitude >= 2.5, 'magnitude 2.5 or more'),
    deepestKm: max('depthKm'),
    strongest: topN(['magnitude', 'place'], { n: 3, by: 'magnitude' }),
  })
  .to(resultTable(), lake());
