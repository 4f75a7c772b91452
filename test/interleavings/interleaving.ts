/**
 * The final rows are a function of each source partition by itself (PL-44): senders overtake each other in every way, two
 * instances compete for every log, requests fail, reads are behind, shards split and merge, rings are small. Behind one
 * exchange and behind several. Computed besides the plain way.
 */
import type { Pipeline } from '../../engine/index.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { LogStore } from '../../engine/ports.ts';
import type { SourceRecord } from '../../engine/record.ts';
import {
  ExchangeWorld,
  isUnavailable,
  keyedAnew,
  twoLevels,
  type Instance,
} from '../engine/exchange/exchange-world.ts';
import { SeededRandom } from '../simulation/world/random.ts';

const SIZE_MS = 10;
const VALUES = 5;
const SECOND_SIZE_MS = 20;

/** Where keys change: once, twice, or for the second time only, the first key being where the source has it. */
export type Keys = (typeof KEYS)[number];
export const KEYS = [
  'one exchange',
  'two exchanges',
  'an exchange behind a window',
  'receivers whose number changes',
  'two exchanges whose receivers change',
] as const;

interface Story {
  readonly world: ExchangeWorld;
  /** One after the other, two of them side by side for a while. */
  readonly definitions: readonly Pipeline[];
  readonly order: readonly string[];
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly records: ReadonlyMap<string, readonly SourceRecord[]>;
  /** `key@start` with what comes out last. */
  readonly expected: Readonly<Record<string, number>>;
}

/** Shards that live one after the other: two roots, of which some split and some merge. */
function lineageOf(random: SeededRandom): Map<string, readonly string[]> {
  const shards = new Map<string, readonly string[]>([
    ['a', []],
    ['b', []],
  ]);
  let open = ['a', 'b'];
  for (let change = random.between(0, 3); change > 0; change--) {
    if (random.chance(0.5) && open.length > 1) {
      const child = `m${change}`;
      shards.set(child, open.slice(0, 2));
      open = [...open.slice(2), child];
    } else {
      const [parent, ...others] = open as [string, ...string[]];
      for (const child of [`${parent}l`, `${parent}r`]) shards.set(child, [parent]);
      open = [...others, `${parent}l`, `${parent}r`];
    }
  }
  return shards;
}

function storyOf(random: SeededRandom, keys: Keys): Story {
  const allowedLatenessMs = random.pick([0, 5, 20]);
  const maxOutOfOrdernessMs = random.pick([0, 3, 12]);
  const isInPlace = keys === 'an exchange behind a window';
  const isOne = keys === 'one exchange' || keys === 'receivers whose number changes';
  const receivers: [number, ...number[]] = [random.between(1, 3)];
  const definitionOf = (): Pipeline => {
    const settings = { receivers: [...receivers] as typeof receivers, allowedLatenessMs, maxOutOfOrdernessMs };
    return isOne ? keyedAnew(settings) : twoLevels({ ...settings, isInPlace });
  };
  const definitions = [definitionOf()];
  const changes = / chang?es?$/.test(keys) ? random.between(1, 2) : 0;
  while (receivers.length <= changes) {
    receivers.push(random.between(1, 4));
    definitions.push(definitionOf());
  }
  const inlineLimitBytes = random.pick([32_768, 60]);
  const world = new ExchangeWorld(definitions[0] as Pipeline, { slots: random.pick([4, 8]), inlineLimitBytes });
  // Where state is inherited shards hold a part of the hashes each: that is not what this is about.
  const parents = isInPlace
    ? new Map<string, readonly string[]>([...'abc'].map((root) => [root, []]))
    : lineageOf(random);
  const expected: Record<string, number> = {};
  const watermarks = new Map<string, number>();
  const records = new Map<string, readonly SourceRecord[]>();
  for (const [shard, from] of parents) {
    if (from.length === 0) world.open(shard);
    else world.reshard(from, shard);
    let watermarkMs = from.length === 0 ? -Infinity : Math.min(...from.map((one) => watermarks.get(one) as number));
    const startMs =
      from.length === 0 ? random.between(0, 30) : Math.max(...from.map((one) => watermarks.get(one) ?? 0));
    const put: SourceRecord[] = [];
    for (let n = random.between(1, 12), timeMs = Math.max(startMs, 0); n > 0; n--) {
      const [value, atMs] = [random.between(0, VALUES), Math.max(0, timeMs + random.between(-25, 12))];
      put.push(...world.put(shard, [value, atMs]));
      timeMs = Math.max(timeMs, atMs);
      const windowMs = Math.floor(atMs / SIZE_MS) * SIZE_MS;
      if (windowMs + SIZE_MS + allowedLatenessMs <= watermarkMs) continue;
      const place = `${isInPlace ? shard : value}@${windowMs}`;
      expected[place] = (expected[place] ?? 0) + 1;
      watermarkMs = Math.max(watermarkMs, atMs - maxOutOfOrdernessMs);
    }
    watermarks.set(shard, watermarkMs);
    records.set(shard, put);
  }
  const last = isOne ? expected : countedAgain(expected);
  return { world, definitions, order: [...parents.keys()], parents, records, expected: last };
}

/** Final results by how many records they have counted, in the windows of the second key. */
function countedAgain(counts: Readonly<Record<string, number>>): Record<string, number> {
  const again: Record<string, number> = {};
  for (const [place, n] of Object.entries(counts)) {
    const endMs = Number(place.slice(place.indexOf('@') + 1)) + SIZE_MS;
    const key = `${n}@${Math.floor((endMs - 1) / SECOND_SIZE_MS) * SECOND_SIZE_MS}`;
    again[key] = (again[key] ?? 0) + 1;
  }
  return again;
}

/** Lets functions work in any order, until all is taken. */
async function live({ world, definitions, order, records }: Story, random: SeededRandom): Promise<void> {
  const taken = new Map(order.map((shard) => [shard, 0]));
  let instances: Instance[] = [world.instance(), world.instance()];
  let deployed = 0;
  const failing = { rate: 0.1 };
  const flaky =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>, executes: boolean) =>
    async (...given: A): Promise<T> => {
      if (!random.chance(failing.rate)) return work(...given);
      if (executes) await work(...given);
      throw new TidemarkError('unavailable', 'LOG_UNAVAILABLE', 'the store must answer, got nothing; wait');
    };
  const logs: LogStore = world.world.logs;
  logs.put = flaky(logs.put.bind(logs), true);
  const read = flaky(logs.read.bind(logs), false);
  // A slot that is not up to date has what was there before, which is older than what the reader looks for.
  logs.read = async (logId, slots, consistency) => {
    const entries = await read(logId, slots);
    return consistency === 'eventual' ? entries.filter(() => !random.chance(2 * failing.rate)) : entries;
  };
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return false;
    }
  };
  for (
    let steps = 0;
    order.some((shard) => (taken.get(shard) as number) < (records.get(shard) ?? []).length);
    steps++
  ) {
    if (steps > 5_000) throw new Error('it does not come to an end');
    const instance = random.pick(instances);
    // A deployment: the function of before goes on beside it for a while.
    if (random.chance(0.05)) deployed = Math.min(deployed + 1, definitions.length - 1);
    if (random.chance(0.1)) instances = [world.instance(definitions[deployed]), random.pick(instances)];
    // No shard is idle by then: the tick has those without records go on to other receivers.
    if (definitions.length > 1 && random.chance(0.1)) await attempt(() => world.tick(instance, 0));
    if (random.chance(0.5)) {
      const level = random.between(0, world.exchanges.length - 1);
      await attempt(() => world.receive(instance, random.between(0, receiversAt(instance, level) - 1), level));
      continue;
    }
    const shard = random.pick(order);
    const from = taken.get(shard) as number;
    const until = Math.min((records.get(shard) ?? []).length, from + random.between(1, 4));
    // A batch may begin with what was taken already.
    const batch = (records.get(shard) ?? []).slice(Math.max(0, from - random.between(0, 2)), until);
    if (until > from && (await attempt(() => world.take(instance, shard, batch)))) taken.set(shard, until);
  }
  failing.rate = 0;
  const last = world.instance(definitions.at(-1));
  for (let minute = 1; minute <= 5; minute++) {
    // A sender whose ring is full goes on with the next one.
    await attempt(() => world.tick(last, minute * 600_000));
    // A receiver whose ring is full, too: once those behind it have taken what is in it.
    for (const [level] of [...world.exchanges.entries(), ...world.exchanges.entries()])
      for (let receiver = 0; receiver < receiversAt(last, level); receiver++)
        await attempt(() => world.receive(last, receiver, level));
  }
}

const receiversAt = ({ receivers }: Instance, level: number): number =>
  receivers[level]?.topology.receivesFrom?.receivers ?? 0;

/** What one life of many came to. */
export interface Interleaving {
  readonly expected: Readonly<Record<string, unknown>>;
  readonly actual: Readonly<Record<string, unknown>>;
}

/** Of each seed another story, and another order in which it happens. */
export async function interleaving(seed: number, keys: Keys): Promise<Interleaving> {
  const story = storyOf(new SeededRandom(seed, 'story'), keys);
  await live(story, new SeededRandom(seed, 'life'));
  const places = Object.entries(story.expected).sort(([a], [b]) => (a < b ? -1 : 1));
  return { expected: Object.fromEntries(places), actual: story.world.counts };
}
