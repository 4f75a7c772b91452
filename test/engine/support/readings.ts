import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod/mini';
import { count, kinesis, max, mean, min, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { SourceRecord } from '../../../engine/record.ts';

/** What the records of these tests are. */
export interface Reading {
  readonly key: string;
  readonly timeMs: number;
  readonly value: number;
}

export const READING: StandardSchemaV1<unknown, Reading> = z.object({
  key: z.string(),
  timeMs: z.number(),
  value: z.number(),
});

/** Lets everything through, as a schema that somebody forgot to write. */
export const ANYTHING: StandardSchemaV1<unknown, Reading> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Reading }) },
};

export interface TopologySettings {
  readonly name?: string;
  readonly schema?: StandardSchemaV1<unknown, Reading>;
  readonly sizeMs?: number;
  readonly maxOutOfOrdernessMs?: number;
  readonly allowedLatenessMs?: number;
  readonly maxClockSkewMs?: number;
  readonly timestampExtractor?: (reading: Reading) => number;
  readonly aggregates?: Readonly<Record<string, Aggregate<Reading>>>;
}

/** Readings per key in windows [0, 10), [10, 20), … with neither slack nor lateness, unless told otherwise. */
export function topologyOf(settings: TopologySettings = {}): Topology {
  const {
    name = 'readings',
    schema = READING,
    sizeMs = 10,
    maxOutOfOrdernessMs = 0,
    allowedLatenessMs = 0,
    maxClockSkewMs = 1_000,
  } = settings;
  return pipeline(name)
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema }))
    .eventTime(settings.timestampExtractor ?? (({ timeMs }) => timeMs), { maxOutOfOrdernessMs, maxClockSkewMs })
    .keyBy('key')
    .window(tumbling({ sizeMs }), { allowedLatenessMs })
    .aggregate(
      settings.aggregates ?? {
        n: count(),
        total: sum('value'),
        least: min('value'),
        most: max('value'),
        average: mean('value'),
      },
    )
    .to(resultTable()).topology;
}

/** A record with this body, as the broker would give it. Arrives at 1000. */
export function record(offset: number, body: string | Uint8Array, changes: Partial<SourceRecord> = {}): SourceRecord {
  const data = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { offset: BigInt(offset), subSequence: 0, partitionKey: 'a', arrivalTimeMs: 1_000, data, ...changes };
}

/** A good record: key, event time, value. */
export function reading(offset: number, key: string, timeMs: number, value = 1): SourceRecord {
  return record(offset, JSON.stringify({ key, timeMs, value }), { partitionKey: key });
}
