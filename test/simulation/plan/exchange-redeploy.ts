import type { Pipeline } from '../../../engine/index.ts';
import type { Deployment } from '../pipelines/simulated-pipeline.ts';
import type { Plan, PlannedShard, PlanSizes, Redeploy } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { exchangedOf } from './definition.ts';
import type { Exchanged, Generations } from './exchange.ts';
import { START_MS } from './times.ts';

/** Another definition comes while records do: to the senders at one moment, to the receivers at another. */
interface Deployed {
  readonly fromMs: number;
  readonly receiversFromMs: number;
  /** How long the one before it goes on beside it. */
  readonly sideBySideMs: number;
}

/** Of one exchange or of both, once or twice at a time: no entry needs to be of the generation in between. @returns undefined: all numbers stay */
function planGenerations(
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
function planDeployed(shards: readonly PlannedShard[], random: SeededRandom): Deployed {
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

/** Another definition, another number of receivers, or both at once. @param dice a new die of this name */
export function planRedeploy(
  { exchanged, sizes, kind, shards }: Drawn,
  dice: (name: string) => SeededRandom,
): Redeploy | undefined {
  const [others, another] = [dice('other receivers'), dice('another definition')];
  const generations = planGenerations(exchanged, others);
  const deployment = planDeployment(another);
  if (generations === undefined && deployment === 'first') return undefined;
  const deployed = planDeployed(shards, generations === undefined ? another : others);
  // There is no way back from another number of receivers.
  if (generations !== undefined || deployment === 'later')
    return redeployedTo(exchangedOf(exchanged, sizes, kind, generations, deployment === 'later' ? 'later' : 'first'), {
      ...deployed,
      isCompatible: true,
      forMs: Infinity,
    });
  const forMs = another.between(1_000, 300_000);
  const definition = exchangedOf(exchanged, sizes, kind, undefined, deployment);
  return redeployedTo(definition, { ...deployed, isCompatible: false, forMs });
}

interface Drawn extends Pick<Plan, 'kind' | 'shards'> {
  readonly exchanged: Exchanged;
  readonly sizes: PlanSizes;
}

function planDeployment(random: SeededRandom): Deployment {
  const other = random.pick(['later', 'incompatible'] as const);
  return random.chance(0.25) ? other : 'first';
}

function redeployedTo(
  { topology, fragments }: Pipeline,
  {
    fromMs,
    receiversFromMs,
    sideBySideMs,
    isCompatible,
    forMs,
  }: Deployed & { readonly isCompatible: boolean; readonly forMs: number },
): Redeploy {
  const from = (atMs: number) => ({ isCompatible, sideBySideMs, fromMs: atMs, toMs: atMs + forMs });
  return { ...from(fromMs), topology, receivers: { ...from(receiversFromMs), receiving: fragments.slice(1) } };
}

/** From when on all functions of a pipeline with an exchange run the definition that stays. */
export function deployedAtMs({ redeploy }: Pick<Plan, 'redeploy'>): number {
  if (redeploy?.receivers === undefined) return START_MS;
  const { isCompatible, sideBySideMs, fromMs, toMs, receivers } = redeploy;
  return isCompatible ? Math.max(fromMs, receivers.fromMs) + sideBySideMs : Math.max(toMs, receivers.toMs);
}
