import { describe, expect, it } from '@jest/globals';
import { hours, type Pipeline } from '../../../engine/index.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { UnionWorld } from '../exchange/union-world.ts';
import { joined, type Event, type Kind, type Rules } from './naive-join.ts';
import { bringOut, joinedOrders, orderOf, paymentOf, rowsOf, START_MS } from './orders.ts';

const KINDS: readonly Kind[] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];
const KEYS = ['a', 'b', 'c', null];

interface Story {
  readonly rules: Rules;
  readonly shards: Readonly<Record<'left' | 'right', ReadonlyArray<readonly Event[]>>>;
  readonly definition: Pipeline;
}

function storyOf(kind: Kind, seed: number): Story {
  const random = new SeededRandom(seed, `join ${kind}`);
  const lowerMs = random.between(-20, 12);
  const rules: Rules = {
    kind,
    lowerMs,
    upperMs: lowerMs + random.between(0, 20),
    allowedLatenessMs: random.pick([0, 0, 6]),
    disorderMs: { left: random.pick([0, 8]), right: random.pick([0, 8, 20]) },
    isAbove: random.chance(0.3),
  };
  let n = 0;
  const shardOf = (word: string): Event[] => {
    let timeMs = random.between(0, 20);
    return Array.from({ length: random.between(0, 14) }, () => {
      timeMs += random.between(0, 9);
      const atMs = timeMs - random.pick([0, 0, 3, 9, 25]);
      return { id: `${word}${n++}`, key: random.pick(KEYS), timeMs: atMs, amount: random.between(0, 3) };
    });
  };
  const sideOf = (word: string): Event[][] => Array.from({ length: random.between(1, 2) }, () => shardOf(word));
  const shards = { left: sideOf('l'), right: sideOf('r') };
  return { rules, shards, definition: joinedOrders({ ...rules, receivers: [random.between(1, 3)] }) };
}

const SOURCES = { left: 'orders', right: 'payments' } as const;
const SIDES = ['left', 'right'] as const;

/** The same shards, each in its order, in some order among each other, in some batches, with some restarts. */
async function lived({ shards, definition }: Story, seed: number): Promise<readonly string[]> {
  const random = new SeededRandom(seed, 'interleaving');
  const nameOf = (_: unknown, i: number) => String(i);
  const world = new UnionWorld(definition, { orders: shards.left.map(nameOf), payments: shards.right.map(nameOf) });
  await world.world.clock.sleep(START_MS + hours(2));
  const waiting = SIDES.flatMap((side) => shards[side].map((rows, i) => ({ side, shard: String(i), rows: [...rows] })));
  const receivers = definition.fragments.at(-1)?.receivesFrom?.receivers ?? 0;
  while (waiting.some(({ rows }) => rows.length > 0)) {
    const turn = random.pick(waiting);
    const batch = turn.rows.splice(0, random.between(1, 4));
    const bodies = batch.map((event) => (turn.side === 'left' ? orderOf(event) : paymentOf(event)));
    const take = (...given: readonly unknown[]) => world.take(SOURCES[turn.side], turn.shard, ...given);
    if (bodies.length > 0) await take(...bodies).catch(async () => world.receiveAll().then(() => take()));
    if (random.chance(0.2)) world.restart();
    // A shard that has not begun is idle, and a tick takes it to where the others are: its rows would be late.
    const hasBegun = waiting.every(({ side, shard, rows }) => rows.length < (shards[side][Number(shard)]?.length ?? 0));
    if (hasBegun && random.chance(0.3)) await world.tick(SOURCES[random.pick(SIDES)]);
    if (random.chance(0.5)) await world.receive(random.between(0, receivers - 1));
  }
  await bringOut(world, Object.values(SOURCES));
  return rowsOf(world);
}

describe.each(KINDS)('a join of kind %s', (kind) => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))(
    'gives what every left row against every right one gives, in whatever order they come: seed %i',
    async (seed) => {
      const story = storyOf(kind, seed);
      const expected = joined(story.rules, story.shards);
      expect(await lived(story, seed * 2)).toEqual(expected);
      expect(await lived(story, seed * 2 + 1)).toEqual(expected);
    },
  );
});
