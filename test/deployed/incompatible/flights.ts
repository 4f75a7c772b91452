/** The pipeline `flights` with windows of half an hour: its stored state cannot be read any more. */
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
} from '../../../engine/index.ts';
import { Departure } from '../../../pipelines/flights.ts';

export default pipeline('flights')
  .source(kinesis({ stream: 'departures', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin')
  .window(tumbling({ sizeMs: minutes(30) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    minDelayMin: min('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable(), lake());
