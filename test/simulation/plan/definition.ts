import type { StandardSchemaV1 } from '@standard-schema/spec';
import { count, hopping, kafka, kinesis, max, mean, min, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/dsl/topology.ts';
import type { Plan, PlanSettings } from '../plan.ts';

interface Reading {
  readonly sensor: string;
  readonly atMs: number;
  readonly value: number;
}

const schema: StandardSchemaV1<unknown, Reading> = {
  '~standard': {
    version: 1,
    vendor: 'simulation',
    validate: (value) => {
      const { sensor, atMs, value: reading } = Object(value) as Record<string, unknown>;
      return typeof sensor === 'string' && typeof atMs === 'number' && typeof reading === 'number'
        ? { value: { sensor, atMs, value: reading } }
        : { issues: [{ message: 'no reading' }] };
    },
  },
};

interface DefinitionSettings extends Pick<PlanSettings, 'sizeMs' | 'advanceMs' | 'maxOutOfOrdernessMs' | 'allowedLatenessMs'> {
  /** A later definition's: one aggregate more. */
  readonly hasLowest?: boolean;
}

export function topologyOf({ sizeMs, advanceMs, maxOutOfOrdernessMs, allowedLatenessMs, hasLowest = false }: DefinitionSettings, kind: Plan['kind']): Topology {
  const settings = { partitionKey: 'sensor', schema } as const;
  const named = pipeline('simulated');
  const stream = kind === 'kafka' ? named.source(kafka({ topic: 'readings', ...settings })) : named.source(kinesis({ stream: 'readings', ...settings }));
  return stream
    .eventTime((reading) => reading.atMs, { maxOutOfOrdernessMs, maxClockSkewMs: 60_000, idleTimeoutMs: 20_000 })
    .keyBy('sensor')
    .window(advanceMs === sizeMs ? tumbling({ sizeMs }) : hopping({ sizeMs, advanceMs }), { allowedLatenessMs })
    .aggregate({ readings: count(), total: sum('value'), mean: mean('value'), highest: max('value'), ...(hasLowest ? { lowest: min('value') } : {}) })
    .to(resultTable()).topology;
}
