/** Rides again, counted by city and then all cities together: through two exchanges in a row. */
import { count, kinesis, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';
import { Ride } from './rides.ts';

export default pipeline('trips')
  .source(
    kinesis({ stream: 'trips', partitionKey: 'driver', schema: Ride, batchSize: 100, maxBatchingWindowMs: 1_000 }),
  )
  .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('city', { receivers: [2] })
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ rides: count(), fares: sum('fare') })
  .keyAll()
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ cities: count(), rides: sum('rides'), fares: sum('fares') })
  .to(resultTable());
