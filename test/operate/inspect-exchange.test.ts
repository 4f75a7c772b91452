import { expect, it } from '@jest/globals';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { inspect } from '../../operate/inspect/inspect.ts';
import { inspectTable } from '../../operate/inspect/table.ts';
import type { Place } from '../../operate/place.ts';
import { ExchangeWorld, HIGH, keyedAnew, LOW, twoLevels } from '../engine/exchange/exchange-world.ts';
import { notOk } from './support/findings.ts';

const given = keyedAnew();

function placeOf(world: ExchangeWorld): Place {
  const { source, incarnation } = world.shardPartition('a');
  const { logs, blobs, clock } = world.world;
  const placed = { name: source, incarnation, partitions: ['a', 'b'] };
  return { topology: given.topology, receiving: given.fragments.slice(1), source: placed, logs, blobs, clock };
}

/** Each shard has made two commits with a row for both receivers, of which receiver 0 has read one of each. */
async function halfRead(): Promise<ExchangeWorld> {
  const world = new ExchangeWorld(given);
  world.open('a', 'b');
  const instance = world.instance();
  const take = async (shard: string, timeMs: number): Promise<void> => {
    await world.take(instance, shard, world.put(shard, [LOW, timeMs], [HIGH, timeMs]));
  };
  await take('a', 5);
  await take('b', 6);
  await world.receive(instance, 0);
  await take('a', 25);
  await take('b', 26);
  return world;
}

it('lists receivers behind the partitions of the source, with the commits that each has not taken', async () => {
  const reports = await inspect(placeOf(await halfRead()));
  expect(
    reports.map(({ partition, exchange, status, version, unread, recordsIn, watermarkMs }) => [
      partition,
      exchange,
      status,
      version,
      unread,
      recordsIn,
      watermarkMs,
    ]),
  ).toEqual([
    ['a', null, 'open', 2, null, 4, 25],
    ['b', null, 'open', 2, null, 4, 26],
    ['r0', 'by-value', 'open', 1, 2, 2, 5],
    ['r1', 'by-value', 'empty', 0, 4, 0, null],
  ]);
  expect(reports.map(({ mostUnread }) => mostUnread)).toEqual([
    null,
    null,
    { sender: 'a', commits: 1 },
    { sender: 'a', commits: 2 },
  ]);
  expect(reports.every(({ verified }) => verified)).toBe(true);
  expect(inspectTable(reports, 'shard')).toMatch(
    /│ behind │ unread │[^]*\nr0 … r1: receivers of by-value, of which in counts rows, and unread commits of their senders · /,
  );
});

it('shows no column for receivers where there is no exchange', async () => {
  const reports = await inspect({ ...placeOf(await halfRead()), receiving: [] });
  expect(reports.map(({ partition }) => partition)).toEqual(['a', 'b']);
  expect(inspectTable(reports, 'shard')).not.toContain('unread');
});

it('counts records and rows apart in doctor, and says which receiver has not begun', async () => {
  const inspected = await inspectedPartitions(placeOf(await halfRead()), () => new MemoryShards());
  expect(inspected.map(({ remaining }) => remaining)).toEqual(['none yet', 'none yet', 'records', 'records']);
  const findings = logChecks(inspected, 64, 'shard', { nowMs: 0, isFailing: false });
  expect(findings.find(({ id }) => id === 'counts')?.found).toBe('8 records, 2 rows');
  expect(findings.find(({ id }) => id === 'log-chain')?.found).toBe('2 shards and 2 receivers');
  expect(findings.find(({ id }) => id === 'shards-with-log')?.found).toBe('r1 has records and no log');
  expect(notOk(findings)).toMatchObject({ 'shards-with-log': 'warning' });
});

it('names receivers by their exchange where there are several, and counts unread commits of their own senders', async () => {
  const given = twoLevels({ receivers: 1 });
  const world = new ExchangeWorld(given);
  world.open('a');
  const instance = world.instance();
  for (const timeMs of [5, 15, 25]) await world.take(instance, 'a', world.put('a', [LOW, timeMs]));
  await world.receive(instance, 0);
  await world.take(instance, 'a', world.put('a', [LOW, 35]));
  const { logs, blobs, clock } = world.world;
  const source = { ...placeOf(world).source, partitions: ['a'] };
  const reports = await inspect({
    topology: given.topology,
    receiving: given.fragments.slice(1),
    source,
    logs,
    blobs,
    clock,
  });
  expect(reports.map(({ partition, exchange, unread }) => [partition, exchange, unread])).toEqual([
    ['a', null, null],
    ['by-value/r0', 'by-value', 1],
    ['by-n/r0', 'by-n', 1],
  ]);
  expect(inspectTable(reports, 'shard')).toContain('by-value/r0 … by-n/r0: receivers of by-value, by-n, of which');
});

/** Two receivers become three: shard a sends to the three, b still to the two. */
async function halfOver() {
  const [old, changed] = [keyedAnew({ receivers: 2 }), keyedAnew({ receivers: [2, 3] })];
  const world = new ExchangeWorld(old);
  world.open('a', 'b');
  const before = world.instance();
  for (const shard of ['a', 'b']) await world.take(before, shard, world.put(shard, [LOW, 1], [HIGH, 2]));
  await world.receiveAll(before);
  const after = world.instance(changed);
  await world.take(after, 'a', world.put('a', [LOW, 13], [HIGH, 14]));
  await world.receiveAll(after);
  const place = { ...placeOf(world), topology: changed.topology, receiving: changed.fragments.slice(1) };
  return { world, after, place };
}

it('shows receivers of both numbers until those before are sealed and the new ones have begun', async () => {
  const { world, after, place } = await halfOver();
  const seen = async () =>
    (await inspect(place))
      .filter(({ exchange }) => exchange !== null)
      .map(({ partition, status, unread, isGoing = false }) => [partition, status, unread, isGoing]);
  expect(await seen()).toEqual([
    // The commit of a is for the three: the two never take it, and it is still to be taken.
    ['r0 of 2', 'open', 1, true],
    ['r1 of 2', 'open', 1, true],
    ['r0', 'empty', 0, false],
    ['r1', 'empty', 0, false],
    ['r2', 'empty', 0, false],
  ]);
  expect(inspectTable(await inspect(place), 'shard')).toContain('r0 of 2 … r2: receivers of by-value');

  await world.take(after, 'b', world.put('b', [LOW, 15]));
  await world.receive(after, 0);
  const [first, second] = await seen();
  expect([first?.[0], second?.[0]]).toEqual(['r0 of 2', 'r1 of 2']);

  await world.receiveAll(after);
  expect((await seen()).map(([partition]) => partition)).toEqual(['r0', 'r1', 'r2']);
});

it('never shows a number of receivers that had nothing', async () => {
  const changed = keyedAnew({ receivers: [2, 3] });
  const world = new ExchangeWorld(changed);
  world.open('a', 'b');
  const place = { ...placeOf(world), topology: changed.topology, receiving: changed.fragments.slice(1) };
  expect((await inspect(place)).map(({ partition }) => partition)).toEqual(['a', 'b', 'r0', 'r1', 'r2']);
});

it('says in doctor of no receiver that it has no log while those before it work', async () => {
  const { place } = await halfOver();
  const findings = logChecks(await inspectedPartitions(place, () => new MemoryShards()), 64, 'shard', {
    nowMs: 0,
    isFailing: false,
  });
  expect(findings.find(({ id }) => id === 'log-chain')?.found).toBe('2 shards and 5 receivers');
  expect(notOk(findings)).not.toHaveProperty('shards-with-log');
});
