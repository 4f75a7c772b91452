/**
 * The final rows are a function of each source partition by itself (PL-44): senders overtake each other in every way, two
 * instances compete for every log, requests fail, reads are behind, shards split and merge, rings are small. Behind one
 * exchange and behind several. Computed besides the plain way.
 */
import type { Pipeline } from '../../engine/index.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { ExchangeWorld, keyedAnew, twoLevels } from '../engine/exchange/exchange-world.ts';
import { SeededRandom } from '../simulation/world/random.ts';
import { addedInterleaving } from './added.ts';
import { live, reshardings, ROOTS, type Life } from './life.ts';

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
  'an exchange that is added',
  'a second exchange that is added',
] as const;

interface Story extends Life {
  /** `key@start` with what comes out last. */
  readonly expected: Readonly<Record<string, number>>;
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
  const generations = / chang?es?$/.test(keys) ? random.between(2, 3) : 1;
  while (receivers.length < generations) {
    receivers.push(random.between(1, 4));
    definitions.push(definitionOf());
  }
  const inlineLimitBytes = random.pick([32_768, 60]);
  const world = new ExchangeWorld(definitions[0] as Pipeline, { slots: random.pick([4, 8]), inlineLimitBytes });
  // Where state is inherited shards hold a part of the hashes each: that is not what this is about.
  const changes = isInPlace ? [] : reshardings(random);
  const parents = new Map<string, readonly string[]>([
    ...(isInPlace ? [...'abc'] : ROOTS).map((root) => [root, []] as const),
    ...changes.flatMap((change) => change.children.map((child) => [child, change.parents] as const)),
  ]);
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
  return { world, definitions, records, expected: last };
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

/** What one life of many came to. */
export interface Interleaving {
  readonly expected: Readonly<Record<string, unknown>>;
  readonly actual: Readonly<Record<string, unknown>>;
}

/** Of each seed another story, and another order in which it happens. */
export async function interleaving(seed: number, keys: Keys): Promise<Interleaving> {
  if (keys === 'an exchange that is added' || keys === 'a second exchange that is added')
    return addedInterleaving(seed, keys === 'a second exchange that is added');
  const story = storyOf(new SeededRandom(seed, 'story'), keys);
  await live(story, new SeededRandom(seed, 'life'));
  const places = Object.entries(story.expected).sort(([a], [b]) => (a < b ? -1 : 1));
  return { expected: Object.fromEntries(places), actual: story.world.counts };
}
