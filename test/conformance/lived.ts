/**
 * A pipeline as it lives behind its exchanges: records that come without a partition key lie on shards which split and merge,
 * batches are cut anywhere, functions overtake each other, requests fail, and in the end time moves on until no window is open.
 */
import type { Pipeline } from '../../engine/index.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { ExchangeWorld, type Put } from '../engine/exchange/exchange-world.ts';
import { live, reshardings, ROOTS } from '../interleavings/life.ts';
import { SeededRandom } from '../simulation/world/random.ts';

export type Receivers = readonly [number, ...number[]];

/** The same pipeline with any number of receivers. */
export type Definition = (receivers: Receivers) => Pipeline;

export interface Given {
  readonly body: unknown;
  readonly eventTimeMs: number;
}

const DAY_MS = 86_400_000;

/**
 * What stands of a pipeline's results after one life of many.
 *
 * @param records in the order in which they were sent
 * @param seed another life each
 */
export async function lived(definition: Definition, records: readonly Given[], seed: number): Promise<ResultRow[]> {
  const random = new SeededRandom(seed, 'conformance');
  const receivers: Receivers = [random.between(1, 4)];
  const definitions = [definition(receivers), definition([...receivers, random.between(1, 4)])];
  const [{ topology }] = definitions as [Pipeline, ...Pipeline[]];
  if (topology.source.partitionKey !== undefined || topology.downstream.length === 0)
    throw new Error(`${topology.name} must have no partition key and an exchange`);
  const world = new ExchangeWorld(definitions[0] as Pipeline, {
    slots: random.pick([4, 8]),
    inlineLimitBytes: random.pick([32_768, 60]),
  });
  const puts = spread(records, world, random);
  await live(
    {
      world,
      // Half of the lives keep the number of receivers.
      definitions: random.chance(0.5) ? definitions : definitions.slice(0, 1),
      records: new Map([...puts].map(([shard, given]) => [shard, world.putBodies(shard, given)])),
    },
    new SeededRandom(seed, 'life'),
    {
      batchSize: Math.max(4, Math.ceil(records.length / 20)),
      endMs: Math.max(...records.map(({ eventTimeMs }) => eventTimeMs)) + 2 * DAY_MS,
    },
  );
  const { lateRecords, deadLetters, results } = world.world.sink;
  if (lateRecords.length + deadLetters.length > 0)
    throw new Error(`all records must be counted, got ${deadLetters[0]?.reason ?? `${lateRecords.length} late`}`);
  return standing(results);
}

/** Each record on any shard that is open when it comes. */
function spread(records: readonly Given[], world: ExchangeWorld, random: SeededRandom): Map<string, Put[]> {
  world.open(...ROOTS);
  let open: readonly string[] = ROOTS;
  const puts = new Map<string, Put[]>(ROOTS.map((root) => [root, []]));
  const changes = reshardings(random);
  const places = changes.map(() => random.between(0, records.length)).sort((a, b) => a - b);
  for (const [i, { body, eventTimeMs }] of records.entries()) {
    for (; changes.length > 0 && (places[0] as number) <= i; places.shift()) {
      const { parents, children } = changes.shift() as (typeof changes)[number];
      world.reshard(parents, ...children);
      for (const child of children) puts.set(child, []);
      open = [...open.filter((shard) => !parents.includes(shard)), ...children];
    }
    puts.get(random.pick(open))?.push({ body, arrivalTimeMs: eventTimeMs });
  }
  return puts;
}

/** Of each place the newest revision that is not taken back. */
export function standing(results: readonly ResultRow[]): ResultRow[] {
  const newest = new Map<string, ResultRow>();
  for (const row of results) {
    const place = JSON.stringify([row.key, row.sequence ?? row.windowStartMs, row.sequence === undefined]);
    if ((newest.get(place)?.revision ?? 0) < row.revision) newest.set(place, row);
  }
  return [...newest.values()].filter(({ retracted }) => retracted !== true);
}
