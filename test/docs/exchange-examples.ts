/** What `docs/exchange.md` shows and `pipelines/` does not. */
import { count, hours, kinesis, minutes, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import { Departure } from '../../pipelines/flights.ts';

export const airports = pipeline('airports')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('destination', { name: 'by-airport', receivers: [8] })
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ departures: count() })
  .to(resultTable());
