import type { StandardSchemaV1 } from '@standard-schema/spec';
import { kafka, kinesis, pipeline, type Pipeline } from '../../../engine/index.ts';
import type { TimedStream } from '../../../engine/dsl/streams.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Deployment, Reading, SimulatedPipeline } from '../pipelines/simulated-pipeline.ts';
import type { Plan, PlanSizes } from '../plan.ts';
import { rowsOf, type Exchanged } from './exchange.ts';

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

export function topologyOf(
  simulated: SimulatedPipeline,
  settings: PlanSizes,
  kind: Plan['kind'],
  deployment: Deployment,
): Topology {
  return simulated.define(readings(settings, kind).keyBy('sensor'), settings, deployment).topology;
}

/** The same behind an exchange: rows have another key than the readings of which they are. */
export function exchangedOf(
  { pipeline: simulated, receivers, ...rows }: Exchanged,
  settings: PlanSizes,
  kind: Plan['kind'],
): Pipeline {
  const keyed = readings(settings, kind)
    .flatMap((reading) => rowsOf(reading, rows))
    .keyBy('place', { receivers: [receivers] });
  return simulated.define(keyed, settings, 'first');
}

function readings(
  { maxOutOfOrdernessMs, idleTimeoutMs }: PlanSizes,
  kind: Plan['kind'],
): TimedStream<Reading, 'sensor'> {
  const given = { partitionKey: 'sensor', schema } as const;
  const named = pipeline('simulated');
  const stream =
    kind === 'kafka'
      ? named.source(kafka({ topic: 'readings', ...given }))
      : named.source(kinesis({ stream: 'readings', ...given }));
  return stream.eventTime((reading) => reading.atMs, { maxOutOfOrdernessMs, maxClockSkewMs: 60_000, idleTimeoutMs });
}
