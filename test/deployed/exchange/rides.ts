/** Rides come by driver and are counted by city: through an exchange. */
import { z } from 'zod';
import { count, kinesis, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';

export const Ride = z.object({ driver: z.string(), city: z.string(), atMs: z.number(), fare: z.number() });

export default pipeline('rides')
  .source(
    kinesis({ stream: 'rides', partitionKey: 'driver', schema: Ride, batchSize: 100, maxBatchingWindowMs: 1_000 }),
  )
  .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('city', { receivers: [2] })
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ rides: count(), fares: sum('fare') })
  .to(resultTable());
