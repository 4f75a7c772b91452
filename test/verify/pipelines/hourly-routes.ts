/** `routes` by the hour: nearly every flight is the only one of its window. */
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
} from '../../../engine/index.ts';
import { Departure } from '../../../pipelines/flights.ts';

export default pipeline('hourly-routes')
  .source(kinesis({ stream: 'departures-as-they-come', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin', 'destination')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable(), lake());
