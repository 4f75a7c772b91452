/**
 * An exchange is added to running logs: until a shard's log bears it, what its records become is a result; from there
 * on it is a row. Each record is one bit, so a sum tells which records it has counted. None may be in both, and none in neither.
 */
import type { SourceRecord } from '../../engine/record.ts';
import { GROUPS, passingOn } from '../engine/exchange/added-in.ts';
import { ExchangeWorld } from '../engine/exchange/exchange-world.ts';
import { SeededRandom } from '../simulation/world/random.ts';
import type { Interleaving } from './interleaving.ts';
import { live, reshardings, ROOTS } from './life.ts';

const SIZE_MS = 10;

/** @param isSecond the exchange is added behind another one */
export async function addedInterleaving(seed: number, isSecond: boolean): Promise<Interleaving> {
  const random = new SeededRandom(seed, 'story');
  const allowedLatenessMs = random.pick([0, 5, 20]);
  // What a receiver sends is late by its watermark, which depends on who came first: so nothing is.
  const maxOutOfOrdernessMs = isSecond ? 100 : random.pick([0, 3, 12]);
  const common = { allowedLatenessMs, maxOutOfOrdernessMs };
  const [before, added] = [random.between(1, 3), random.between(1, 3)];
  const hasGrown = isSecond && random.chance(0.5);
  const first: [number, ...number[]] = [before, ...(hasGrown ? [random.between(1, 3)] : [])];
  const definitions = [
    passingOn({ ...common, first: isSecond ? [before] : undefined }),
    ...(hasGrown ? [passingOn({ ...common, first })] : []),
  ];
  const behind = { ...common, first: isSecond ? first : undefined };
  if (random.chance(0.5)) definitions.push(passingOn({ ...behind, added: [added] }));
  const last: [number, ...number[]] = random.chance(0.5) ? [added] : [added, random.between(1, 3)];
  definitions.push(passingOn({ ...behind, added: last }));
  const world = new ExchangeWorld(passingOn({ ...behind, added: last }), {
    slots: random.pick([4, 8]),
    inlineLimitBytes: random.pick([32_768, 60]),
  });
  const records = new Map<string, readonly SourceRecord[]>();
  const fates = putAll(world, random, records, { maxOutOfOrdernessMs, allowedLatenessMs });
  await live({ world, definitions, records }, new SeededRandom(seed, 'life'));
  return comparison(world, fates);
}

/** By record, in the order of its bits: its window, and whether it is in time by its shard. */
type Fates = ReadonlyArray<{ readonly place: string; readonly isInTime: boolean }>;

function putAll(
  world: ExchangeWorld,
  random: SeededRandom,
  records: Map<string, readonly SourceRecord[]>,
  { maxOutOfOrdernessMs, allowedLatenessMs }: { maxOutOfOrdernessMs: number; allowedLatenessMs: number },
): Fates {
  const changes = reshardings(random);
  const parents = new Map<string, readonly string[]>([
    ...ROOTS.map((root) => [root, []] as const),
    ...changes.flatMap((change) => change.children.map((child) => [child, change.parents] as const)),
  ]);
  const fates: Array<Fates[number]> = [];
  const watermarks = new Map<string, number>();
  for (const [shard, from] of parents) {
    if (from.length === 0) world.open(shard);
    else world.reshard(from, shard);
    const inherited = from.map((one) => watermarks.get(one) as number);
    let watermarkMs = from.length === 0 ? -Infinity : Math.min(...inherited);
    let timeMs = Math.max(0, random.between(0, 30), ...inherited);
    const put: SourceRecord[] = [];
    for (let n = random.between(1, 8); n > 0 && fates.length < 50; n--) {
      const atMs = Math.max(0, timeMs + random.between(-25, 12));
      const [bit, windowMs] = [fates.length, Math.floor(atMs / SIZE_MS) * SIZE_MS];
      put.push(...world.put(shard, [bit, atMs]));
      timeMs = Math.max(timeMs, atMs);
      const isInTime = windowMs + SIZE_MS + allowedLatenessMs > watermarkMs;
      fates.push({ place: `${bit % GROUPS}@${windowMs}`, isInTime });
      watermarkMs = Math.max(watermarkMs, atMs - maxOutOfOrdernessMs);
    }
    watermarks.set(shard, watermarkMs);
    records.set(shard, put);
  }
  return fates;
}

/** Where the added exchange begins is what happened; the rest follows from it. */
function comparison({ world, counts }: ExchangeWorld, fates: Fates): Interleaving {
  const before = new Set(world.sink.results.map(({ values }) => Math.log2(Number(values['bit']))));
  const sums = new Map<string, number>();
  const behind = fates.map((fate, bit) => ({ ...fate, bit })).filter(({ bit }) => !before.has(bit));
  for (const { place, bit } of behind.filter(({ isInTime }) => isInTime))
    sums.set(place, (sums.get(place) ?? 0) + 2 ** bit);
  const places = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  const windows = Object.entries(counts).filter(([, n]) => n !== undefined);
  return {
    expected: { ...Object.fromEntries(places), late: behind.filter(({ isInTime }) => !isInTime).length },
    actual: { ...Object.fromEntries(windows), late: world.sink.lateRecords.length },
  };
}
