import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  count,
  kafka,
  kinesis,
  min,
  pipeline,
  resultTable,
  sum,
  tumbling,
  type Pipeline,
} from '../../../engine/index.ts';
import type { KeyedStream } from '../../../engine/dsl/keyed-stream.ts';
import type { TimedStream } from '../../../engine/dsl/streams.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Deployment, Reading, SimulatedPipeline } from '../pipelines/simulated-pipeline.ts';
import type { Plan, PlanSizes } from '../plan.ts';
import { rowsOf, type Exchanged, type Generations } from './exchange.ts';

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
  return simulated.define(keyedReadings(settings, kind).keyBy('sensor'), settings, deployment).topology;
}

/** The same behind an exchange: rows have another key than the readings of which they are; or results have. */
export function exchangedOf(
  { shape, pipeline: simulated, isKeyed, receivers, ...rows }: Exchanged,
  settings: PlanSizes,
  kind: Plan['kind'],
  generations: Generations = receivers.map((count) => [count]),
  deployment: Deployment = 'first',
): Pipeline {
  const [first, second] = generations as readonly [Generations[number], Generations[number]];
  if (shape === 'results')
    return keyedAgain(keyedReadings(settings, kind).keyBy('sensor'), settings, first, deployment);
  const readings = isKeyed ? keyedReadings(settings, kind) : plainReadings(settings, kind);
  const placed = readings.flatMap((reading) => rowsOf(reading, rows)).keyBy('place', { receivers: first });
  return shape === 'two'
    ? keyedAgain(placed, settings, second, deployment)
    : simulated.define(placed, settings, deployment);
}

/** How many windows have how many readings. */
function keyedAgain(
  stream: KeyedStream<Reading>,
  { sizeMs, allowedLatenessMs }: PlanSizes,
  receivers: Generations[number],
  deployment: Deployment,
): Pipeline {
  const factor = deployment === 'incompatible' ? 2 : 1;
  const isLater = deployment === 'later';
  // The rows of the second exchange have a field more, too.
  return stream
    .window(tumbling({ sizeMs: factor * sizeMs }), { allowedLatenessMs })
    .aggregate({ readings: count(), total: sum('value'), ...(isLater ? { lowest: min('value') } : {}) })
    .keyBy('readings', { receivers })
    .window(tumbling({ sizeMs: 2 * factor * sizeMs }))
    .aggregate({ readings: count(), total: sum('total'), ...(isLater ? { lowest: min('total') } : {}) })
    .to(resultTable());
}

function keyedReadings(settings: PlanSizes, kind: Plan['kind']): TimedStream<Reading, 'sensor'> {
  const given = { partitionKey: 'sensor', schema } as const;
  const source = kind === 'kafka' ? kafka({ topic: TOPIC, ...given }) : kinesis({ stream: TOPIC, ...given });
  return pipeline('simulated').source(source).eventTime(timeOf, timesOf(settings));
}

/** Partition keys say nothing of them. */
function plainReadings(settings: PlanSizes, kind: Plan['kind']): TimedStream<Reading, never> {
  const source = kind === 'kafka' ? kafka({ topic: TOPIC, schema }) : kinesis({ stream: TOPIC, schema });
  return pipeline('simulated').source(source).eventTime(timeOf, timesOf(settings));
}

const TOPIC = 'readings';

const timeOf = ({ atMs }: Reading): number => atMs;

const timesOf = ({ maxOutOfOrdernessMs, idleTimeoutMs }: PlanSizes) => ({
  maxOutOfOrdernessMs,
  maxClockSkewMs: 60_000,
  idleTimeoutMs,
});
