/**
 * US departures per route and day. The stream is one whose partition keys say nothing of a record, as a change stream's are:
 * no shard holds all flights of anything, and an exchange brings those of a route together. The input is that of `flights`.
 *
 * A day's result comes an hour after midnight, by the time of the slowest shard, and is corrected for an hour.
 */
import {
  count,
  countIf,
  days,
  hours,
  kinesis,
  lake,
  max,
  mean,
  minutes,
  pipeline,
  resultTable,
  tumbling,
} from '../engine/index.ts';
import { Departure } from './flights.ts';

export default pipeline('routes')
  .source(kinesis({ stream: 'departures-as-they-come', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin', 'destination')
  .window(tumbling({ sizeMs: days(1) }), { allowedLatenessMs: hours(1) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    maxDelayMin: max('delay'),
  })
  .to(resultTable(), lake());
