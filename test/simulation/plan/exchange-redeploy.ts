import type { Pipeline } from '../../../engine/index.ts';
import type { PlannedShard, Redeploy } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import type { Exchanged } from './exchange.ts';
import { START_MS } from './times.ts';

/** Numbers of receivers of each exchange, from the first to those of today. */
export type Generations = ReadonlyArray<readonly [number, ...number[]]>;

/** Another definition comes while records do: to the senders at one moment, to the receivers at another. */
export interface Deployed {
  readonly fromMs: number;
  readonly receiversFromMs: number;
  /** How long the one before it goes on beside it. */
  readonly sideBySideMs: number;
}

/** Of one exchange or of both, once or twice at a time: no entry needs to be of the generation in between. @returns undefined: all numbers stay */
export function planGenerations(
  { receivers, shape }: Pick<Exchanged, 'receivers' | 'shape'>,
  random: SeededRandom,
): Generations | undefined {
  const isDrawn = random.chance(0.3);
  const changed = shape === 'two' ? random.pick([[0], [1], [0, 1]]) : [0];
  const generations = receivers.map((first, i): [number, ...number[]] => {
    const [once, twice, isTwice] = [random.between(1, 4), random.between(1, 4), random.chance(0.25)];
    return changed.includes(i) ? [first, once, ...(isTwice ? [twice] : [])] : [first];
  });
  return isDrawn ? generations : undefined;
}

/** Among records, for most of the time there are none, or behind the last one; either function comes first. */
export function planDeployed(shards: readonly PlannedShard[], random: SeededRandom): Deployed {
  const arrivals = shards.flatMap(({ records }) => records.map(({ arrivalTimeMs }) => arrivalTimeMs));
  const [recordMs, lastMs] = [random.pick([START_MS, ...arrivals]), Math.max(START_MS, ...arrivals)];
  const fromMs = random.chance(0.8) ? Math.max(START_MS, recordMs - 1_000) : lastMs + random.between(0, 100_000);
  const sideBySideMs = random.pick([0, 30_000, 300_000, 1_000_000]);
  return {
    fromMs,
    sideBySideMs,
    receiversFromMs: Math.max(START_MS, fromMs + random.pick([-60_000, -1_000, 0, 1_000, 60_000])),
  };
}

/** A definition that takes over the state, and stays. */
export function redeployedTo(
  { topology, fragments }: Pipeline,
  { fromMs, receiversFromMs, sideBySideMs }: Deployed,
): Redeploy {
  const stays = { isCompatible: true, toMs: Infinity, sideBySideMs };
  const receivers = { ...stays, fromMs: receiversFromMs, receiving: fragments.slice(1) };
  return { ...stays, fromMs, topology, receivers };
}
