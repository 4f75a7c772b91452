import type { StandardSchemaV1 } from '@standard-schema/spec';
import { count, kinesis, max, mean, pipeline, resultTable, sum, tumbling } from '../../engine/index.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import type { Lineage } from '../../engine/ports.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { ShardPlanner } from './shard-planner.ts';
import { SeededRandom } from './world/random.ts';

/** The sizes and the input of one simulation, all from its seed. */
export interface Plan {
  readonly seed: number;
  readonly shards: readonly PlannedShard[];
  readonly settings: PlanSettings;
  readonly topology: Topology;
}

export interface PlanSettings {
  readonly maxBatch: number;
  readonly slots: number;
  readonly inlineLimitBytes: number;
  readonly maxPanes: number;
  readonly sizeMs: number;
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
  readonly timeoutMs: number;
  /** How often the scheduler ticks; 0: never. */
  readonly tickEveryMs: number;
}

export interface PlannedShard extends Lineage {
  readonly id: string;
  /** In the order of arrival. */
  readonly records: readonly SourceRecord[];
  readonly bornAtMs: number;
  /** When it was split or merged; Infinity while it is open. */
  readonly closedAtMs: number;
}

interface Reading {
  readonly sensor: string;
  readonly atMs: number;
  readonly value: number;
}

/** When simulated time begins [ms since 1970]. */
export const START_MS = 1_000_000_000;

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

export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed);
  const settings: PlanSettings = {
    maxBatch: random.pick([1, 3, 10, 30]),
    slots: random.pick([2, 4, 8]),
    inlineLimitBytes: random.pick([40, 200, 100_000]),
    maxPanes: random.pick([0, 5, 1_000]),
    sizeMs: random.pick([1_000, 10_000]),
    maxOutOfOrdernessMs: random.pick([0, 500, 5_000]),
    allowedLatenessMs: random.pick([0, 1_000, 20_000]),
    timeoutMs: random.pick([2_000, 60_000]),
    tickEveryMs: random.pick([0, 20_000, 60_000]),
  };
  return { seed, settings, shards: planStream(random), topology: topologyOf(settings) };
}

function topologyOf({ sizeMs, maxOutOfOrdernessMs, allowedLatenessMs }: PlanSettings): Topology {
  return pipeline('simulated')
    .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema }))
    .eventTime((reading) => reading.atMs, { maxOutOfOrdernessMs, maxClockSkewMs: 60_000, idleTimeoutMs: 20_000 })
    .keyBy('sensor')
    .window(tumbling({ sizeMs }), { allowedLatenessMs })
    .aggregate({ readings: count(), total: sum('value'), mean: mean('value'), highest: max('value') })
    .to(resultTable()).topology;
}

/** One producer, whose records go where their keys' hashes say, while shards are split and merged under it. */
function planStream(random: SeededRandom): PlannedShard[] {
  const shards = new ShardPlanner(random.between(1, 3));
  const sensors = Array.from({ length: random.between(1, 8) }, (_, i) => `s${i}`);
  const disorderMs = random.pick([0, 1_000, 30_000]);
  const pauseMs = random.pick([10, 300, 3_000]);
  const reshardChance = random.pick([0, 0, 0.01, 0.05]);
  let arrivalTimeMs = START_MS;
  // Sequence numbers cross a power of ten, so that comparing them as text goes wrong (PL-10).
  let offset = 10n ** 20n - BigInt(random.between(1, 40));
  for (let n = random.between(0, 250); n > 0; n--) {
    arrivalTimeMs += random.chance(0.01) ? 400_000 : random.between(0, pauseMs);
    if (random.chance(reshardChance)) shards.reshard(random, arrivalTimeMs);
    offset += BigInt(random.between(1, 3));
    const sensor = random.pick(sensors);
    // Whole quarters of a second: boundaries of windows and of lateness are met exactly, again and again.
    const atMs = Math.floor((arrivalTimeMs - random.between(0, disorderMs)) / 250) * 250 + (random.chance(0.02) ? 10_000_000 : 0);
    const text = random.chance(0.03) ? 'no reading' : JSON.stringify({ sensor, atMs, value: random.between(-50, 50) });
    const partitionKey = random.chance(0.01) ? 'elsewhere' : sensor;
    shards.put({ offset, subSequence: 0, partitionKey, arrivalTimeMs, data: new TextEncoder().encode(text) });
  }
  return shards.all;
}
