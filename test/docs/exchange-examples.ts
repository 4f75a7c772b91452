/** What `docs/exchange.md` shows and `pipelines/` does not. */
import {
  count,
  hours,
  kinesis,
  max,
  mean,
  minutes,
  pipeline,
  resultTable,
  seconds,
  tumbling,
} from '../../engine/index.ts';
import { Departure } from '../../pipelines/flights.ts';

export const airports = pipeline('airports')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('destination', { name: 'by-airport', receivers: [8] })
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ departures: count() })
  .to(resultTable());

export const moreReceivers = pipeline('more-receivers')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('destination', { receivers: [4, 16] })
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ departures: count() })
  .to(resultTable());

export const slower = pipeline('slower')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('destination', { paceMs: seconds(10) })
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ departures: count() })
  .to(resultTable());

/** Flights between two airports, in either direction. */
export const pairs = pipeline('pairs')
  .source(kinesis({ stream: 'departures', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy(({ origin, destination }) => [origin, destination].sort().join('-'), { name: 'pair', receivers: [3] })
  .window(tumbling({ sizeMs: hours(6) }), { allowedLatenessMs: hours(1) })
  .aggregate({ departures: count(), meanDelayMin: mean('delay'), maxDelayMin: max('delay') })
  .to(resultTable());

export const byOrigin = pipeline('departures')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({ departures: count() })
  .to(resultTable());

/** The same once a key was added. */
export const originsByDepartures = pipeline('departures')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({ departures: count() })
  .keyBy('departures')
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ origins: count() })
  .to(resultTable());
