/**
 * All US departures per hour: one total over every shard, so all rows go to one receiver. The input is that of `flights`.
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

export default pipeline('totals')
  .source(kinesis({ stream: 'departures-to-total', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyAll()
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable(), lake());
