/**
 * The ten airports to which most flights of an hour go. Counted by destination behind a first exchange, where each
 * receiver has some of the airports; a second one brings the final counts of an hour together.
 */
import { count, hours, kinesis, lake, minutes, pipeline, resultTable, topN, tumbling } from '../engine/index.ts';
import { Departure } from './flights.ts';

export default pipeline('busiest')
  .source(kinesis({ stream: 'departures-to-rank', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('destination')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({ arrivals: count() })
  .keyAll()
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({
    airports: count(),
    busiest: topN(['arrivals', 'destination'], { n: 10, by: 'arrivals', ties: 'value', maxBytes: 100 }),
  })
  .to(resultTable(), lake());
