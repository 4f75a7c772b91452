/**
 * US departures per destination and hour. Producers partition the stream by origin, so the flights to one airport are on
 * all shards: an exchange brings them to the receiver that has the destination. The input is that of `flights`.
 */
import {
  count,
  countIf,
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

export default pipeline('destinations')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
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
