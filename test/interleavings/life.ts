/** How fragments of a pipeline live together: in any order, against each other, with all that may fail. */
import type { Pipeline } from '../../engine/index.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { LogStore } from '../../engine/ports.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { isUnavailable, type ExchangeWorld, type Instance } from '../engine/exchange/exchange-world.ts';
import type { SeededRandom } from '../simulation/world/random.ts';

export interface Life {
  readonly world: ExchangeWorld;
  /** One after the other, two of them side by side for a while. */
  readonly definitions: readonly Pipeline[];
  /** By shard; parents before their children. */
  readonly records: ReadonlyMap<string, readonly SourceRecord[]>;
}

export interface LifeSettings {
  /** The largest batch. @default 4 */
  readonly batchSize?: number;
  /** Ticks come every ten minutes after it, so that all windows close [ms since 1970]. @default 0 */
  readonly endMs?: number;
}

/** Lets functions work in any order, until all is taken and the last windows have come out. */
export async function live(
  { world, definitions, records }: Life,
  random: SeededRandom,
  { batchSize = 4, endMs = 0 }: LifeSettings = {},
): Promise<void> {
  const order = [...records.keys()];
  const recordsOf = (shard: string): readonly SourceRecord[] => records.get(shard) ?? [];
  const taken = new Map(order.map((shard) => [shard, 0]));
  let instances: Instance[] = [world.instance(definitions[0]), world.instance(definitions[0])];
  let deployed = 0;
  const failing = letFail(world.world.logs, random);
  for (let steps = 0; order.some((shard) => (taken.get(shard) as number) < recordsOf(shard).length); steps++) {
    if (steps > 5_000) throw new Error('it does not come to an end');
    const instance = random.pick(instances);
    // A deployment: the function of before goes on beside it for a while.
    if (random.chance(0.05)) deployed = Math.min(deployed + 1, definitions.length - 1);
    if (random.chance(0.1)) instances = [world.instance(definitions[deployed]), random.pick(instances)];
    // No shard is idle by then: the tick has those without records go on to other receivers.
    if (definitions.length > 1 && random.chance(0.1)) await attempt(() => world.tick(instance, 0));
    if (random.chance(0.5)) {
      const level = random.between(0, world.exchanges.length - 1);
      // The exchange may be newer than the instance.
      if (receiversAt(instance, level) > 0)
        await attempt(() => world.receive(instance, random.between(0, receiversAt(instance, level) - 1), level));
      continue;
    }
    const shard = random.pick(order);
    const from = taken.get(shard) as number;
    const until = Math.min(recordsOf(shard).length, from + random.between(1, batchSize));
    // A batch may begin with what was taken already.
    const batch = recordsOf(shard).slice(Math.max(0, from - random.between(0, 2)), until);
    if (until > from && (await attempt(() => world.take(instance, shard, batch)))) taken.set(shard, until);
  }
  failing.rate = 0;
  const last = world.instance(definitions.at(-1));
  for (let minute = 1; minute <= 5; minute++) {
    // A sender whose ring is full goes on with the next one.
    await attempt(() => world.tick(last, endMs + minute * 600_000));
    // A receiver whose ring is full, too: once those behind it have taken what is in it.
    for (const [level] of [...world.exchanges.entries(), ...world.exchanges.entries()])
      for (let receiver = 0; receiver < receiversAt(last, level); receiver++)
        await attempt(() => world.receive(last, receiver, level));
  }
}

/** Puts and reads of the store fail now and then, a put also once it is done; what is read is behind. */
function letFail(logs: LogStore, random: SeededRandom): { rate: number } {
  const failing = { rate: 0.1 };
  const flaky =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>, executes: boolean) =>
    async (...given: A): Promise<T> => {
      if (!random.chance(failing.rate)) return work(...given);
      if (executes) await work(...given);
      throw new TidemarkError('unavailable', 'LOG_UNAVAILABLE', 'the store must answer, got nothing; wait');
    };
  logs.put = flaky(logs.put.bind(logs), true);
  const read = flaky(logs.read.bind(logs), false);
  // A slot that is not up to date has what was there before, which is older than what the reader looks for.
  logs.read = async (logId, slots, consistency) => {
    const entries = await read(logId, slots);
    return consistency === 'eventual' ? entries.filter(() => !random.chance(2 * failing.rate)) : entries;
  };
  return failing;
}

async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isUnavailable(error) && !isOfNewerCode(error)) throw error;
    return false;
  }
}

/** Code that does not know an exchange stops where code that does has committed (PL-40). */
const isOfNewerCode = (error: unknown): boolean =>
  (error instanceof TidemarkError && error.code === 'STATE_SCHEMA_CHANGED') ||
  (error instanceof TidemarkError && error.code === 'TICK_FAILED' && isOnlyOfNewerCode(error.context));

interface Failures {
  readonly failures?: ReadonlyArray<{ readonly kind: string; readonly code: string }>;
}

const isOnlyOfNewerCode = ({ failures = [] }: Failures): boolean =>
  failures.every(({ kind, code }) => kind === 'unavailable' || code === 'STATE_SCHEMA_CHANGED');

const receiversAt = ({ receivers }: Instance, level: number): number =>
  receivers[level]?.topology.receivesFrom?.receivers ?? 0;

/** A shard is split into two children, or two shards are merged into one. */
export interface Resharding {
  readonly parents: readonly string[];
  readonly children: readonly string[];
}

/** Shards of the first generation. */
export const ROOTS = ['a', 'b'] as const;

/** What becomes of the shards, one change after the other: none to three. */
export function reshardings(random: SeededRandom): Resharding[] {
  let open: readonly string[] = ROOTS;
  return Array.from({ length: random.between(0, 3) }, (_, i): Resharding => {
    const isMerge = random.chance(0.5) && open.length > 1;
    const parents = open.slice(0, isMerge ? 2 : 1);
    const children = isMerge ? [`m${i + 1}`] : [`${parents[0]}l`, `${parents[0]}r`];
    open = [...open.slice(parents.length), ...children];
    return { parents, children };
  });
}
