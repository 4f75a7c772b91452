import type { StandardSchemaV1 } from '@standard-schema/spec';
import { kafka, kinesis, pipeline } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Deployment, Reading, SimulatedPipeline } from '../pipelines/simulated-pipeline.ts';
import type { Plan, PlanSizes } from '../plan.ts';

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
  const given = { partitionKey: 'sensor', schema } as const;
  const { maxOutOfOrdernessMs, idleTimeoutMs } = settings;
  const named = pipeline('simulated');
  const stream =
    kind === 'kafka'
      ? named.source(kafka({ topic: 'readings', ...given }))
      : named.source(kinesis({ stream: 'readings', ...given }));
  const keyed = stream
    .eventTime((reading) => reading.atMs, { maxOutOfOrdernessMs, maxClockSkewMs: 60_000, idleTimeoutMs })
    .keyBy('sensor');
  return simulated.define(keyed, settings, deployment);
}
