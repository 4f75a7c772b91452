/** The pipelines that `docs/windows.md` shows, as it shows them. */
import { z } from 'zod/mini';
import {
  calendar,
  count,
  everyEventTime,
  everyN,
  everyProcessingTime,
  everyRecords,
  global,
  hopping,
  kinesis,
  lake,
  pipeline,
  resultTable,
  session,
  sliding,
  sum,
  tumbling,
} from '../../engine/index.ts';

const Reading = z.object({ sensor: z.string(), timeMs: z.number(), value: z.number() });

const readings = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('sensor');

export const patient = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: 3 })
  .keyBy('sensor')
  .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 5 })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const hops = readings
  .window(hopping({ sizeMs: 10, advanceMs: 5 }))
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const visits = readings
  .window(session({ gapMs: 5 }), { allowedLatenessMs: 100 })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const near = readings
  .window(sliding({ timeDifferenceMs: 5 }))
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const triples = readings
  .window(everyN({ n: 3 }))
  .aggregate({ total: sum('value') })
  .to(lake());

export const ever = readings
  .window(global(), { trigger: { early: everyRecords(2) } })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const berlin = readings
  .window(calendar({ unit: 'day', timeZone: 'Europe/Berlin' }))
  .aggregate({ readings: count() })
  .to(resultTable());

export const impatient = readings
  .window(tumbling({ sizeMs: 10 }), {
    allowedLatenessMs: 20,
    trigger: { early: everyRecords(2), late: everyRecords(2) },
  })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const ticking = readings
  .window(tumbling({ sizeMs: 10 }), { trigger: { early: everyEventTime(4) } })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const live = readings
  .window(tumbling({ sizeMs: 10 }), { trigger: { early: everyProcessingTime(500) } })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const parts = readings
  .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 20, accumulation: 'discarding' })
  .aggregate({ total: sum('value') })
  .to(lake());

export const corrected = readings
  .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 20, accumulation: 'retracting' })
  .aggregate({ total: sum('value') })
  .to(lake());

export const settled = readings
  .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 5, finalOnly: true })
  .aggregate({ total: sum('value') })
  .to(resultTable());

export const twice = readings
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ total: sum('value') })
  .filter(({ total }) => total >= 5)
  .window(tumbling({ sizeMs: 30 }))
  .aggregate({ busy: count() })
  .to(resultTable());
