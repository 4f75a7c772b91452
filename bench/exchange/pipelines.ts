import {
  count,
  countIf,
  hours,
  kinesis,
  max,
  mean,
  minutes,
  pipeline,
  resultTable,
  sum,
  tumbling,
} from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import destinations from '../../pipelines/destinations.ts';
import { Departure } from '../../pipelines/flights.ts';

/** What `destinations` computes, by the key that its producers partition by: no record crosses. */
export const origins = pipeline('origins')
  .source(kinesis({ stream: 'departures-by-origin', partitionKey: 'origin', schema: Departure }))
  .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: minutes(60) })
  .keyBy('origin')
  .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(3) })
  .aggregate({
    departures: count(),
    delayed: countIf((departure) => departure.delay >= 15, '15 minutes or more'),
    meanDelayMin: mean('delay'),
    maxDelayMin: max('delay'),
    totalDistanceMiles: sum('distance'),
  })
  .to(resultTable());

export const STREAM = Object.freeze({ pipeline: 'destinations', source: 'departures-by-origin' });

/** The fragments before and behind the exchange. */
export const [before, behind] = destinations.fragments as readonly [Topology, Topology];

/** As a pipeline sends rows that cannot combine them: of the same flights, and with the same results. */
export const beforeEachRow: Topology = Object.freeze({ ...before, combines: undefined });
