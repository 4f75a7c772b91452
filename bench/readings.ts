import { z } from 'zod/mini';
import {
  count,
  kinesis,
  max,
  mean,
  min,
  minutes,
  pipeline,
  resultTable,
  seconds,
  sum,
  tumbling,
} from '../engine/index.ts';
import type { SourcePartition, SourceRecord } from '../engine/record.ts';
import { SeededRandom } from '../test/simulation/world/random.ts';

export const Reading = z.object({ device: z.string(), timeMs: z.int(), value: z.int() });

/** Sensor readings per device and five minutes: as many keys as one likes. */
export const readings = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'device', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: seconds(5) })
  .keyBy('device')
  .window(tumbling({ sizeMs: minutes(5) }), { allowedLatenessMs: minutes(1) })
  .aggregate({ readings: count(), total: sum('value'), mean: mean('value'), least: min('value'), most: max('value') })
  .to(resultTable());

export const SHARD: SourcePartition = Object.freeze({
  pipeline: 'readings',
  stage: '0',
  source: 'readings',
  incarnation: '1',
  partition: 'shardId-000000000000',
});

/** Any time will do; this one has as many digits as today's. */
const START_MS = Date.UTC(2026, 0);
const MOST_OUT_OF_ORDER_MS = 4_000;

export interface ReadingsSettings {
  readonly keys: number;
  /** How many records happen in a second. */
  readonly perSecond: number;
  /** Any key at random, the worst there is for a delta, or one after the other. */
  readonly order: 'random' | 'in turn';
}

/** The records `[from, from + length)` of an endless sequence, up to 4 seconds out of order. */
export function* readingsOf(
  { keys, perSecond, order }: ReadingsSettings,
  from: number,
  length: number,
): Generator<SourceRecord> {
  const random = new SeededRandom(from + 1);
  for (let i = from; i < from + length; i++) {
    const device = deviceOf(order === 'random' ? random.between(0, keys - 1) : i % keys);
    const timeMs = START_MS + Math.floor((i / perSecond) * 1_000) + random.between(0, MOST_OUT_OF_ORDER_MS);
    const data = Buffer.from(JSON.stringify({ device, timeMs, value: random.between(-50, 950) }));
    yield {
      offset: BigInt(i),
      subSequence: 0,
      partitionKey: device,
      arrivalTimeMs: timeMs + MOST_OUT_OF_ORDER_MS,
      data,
    };
  }
}

/** Scattered as ids are, so that neighbours share less than numbers in a row would: an odd factor keeps 32 bits apart. */
const deviceOf = (key: number): string => `device-${(Math.imul(key, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}`;
