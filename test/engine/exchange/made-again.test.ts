import { describe, expect, it } from '@jest/globals';
import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { settleManifests } from '../../../engine/exchange/manifest.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import { ExchangeWorld, keyedAnew, LOW } from './exchange-world.ts';

/** A world whose stream of two shards has counted a little, and time is at 12 and 25. */
async function counting() {
  const world = new ExchangeWorld(keyedAnew({ allowedLatenessMs: 0 }));
  world.open('s1', 's2');
  const instance = world.instance();
  await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 12]));
  await world.take(instance, 's2', world.put('s2', [LOW, 3], [LOW, 25]));
  return { world, instance };
}

/** What an invocation knows that is frozen before it writes anything. */
function frozenIn(world: ExchangeWorld) {
  const begunMs = world.world.clock.nowMs();
  return { partition: world.shardPartition('s1'), shards: new Map(world.catalog.known), begunMs };
}

/** The shards as a function knows them that goes on with a stream which is gone. */
function knownTo({ catalog }: ExchangeWorld): MemoryShards {
  const shards = new MemoryShards();
  for (const [name, lineage] of catalog.known) shards.known.set(name, lineage);
  return shards;
}

/** Does something in a function that dies when it writes into a log. */
async function dyingAt({ world: { logs } }: ExchangeWorld, logId: string, work: () => Promise<unknown>): Promise<void> {
  const put = logs.put.bind(logs);
  logs.put = (id, ...rest) => (id === logId ? Promise.reject(new Error('killed')) : put(id, ...rest));
  await expect(work()).rejects.toThrow('killed');
  logs.put = put;
}

describe.each([
  ['that is deleted and made again', 'incarnation'],
  ['in whose place the pipeline reads one of another name', 'source'],
] as const)('a stream in front of an exchange %s', (_, change) => {
  it('goes on in the same receivers, where the old one ended', async () => {
    const { world, instance } = await counting();
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2 });
    world.replaceSource(change, 's1');
    await world.take(instance, 's1', world.put('s1', [LOW, 15], [LOW, 40]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 2, [`${LOW}@20`]: 1 });
  });

  it('opens no window again that the old one had closed: such rows are late', async () => {
    const { world, instance } = await counting();
    world.replaceSource(change, 's1');
    await world.take(instance, 's1', world.put('s1', [LOW, 2], [LOW, 40]));
    await world.receiveAll(instance);
    expect(world.counts).toMatchObject({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 1 });
    // The watermark of the shard that was furthest behind, which is as far as a receiver can have come.
    expect(world.world.sink.lateRecords).toMatchObject([{ eventTimeMs: 2, watermarkMs: 12 }]);
  });

  it('seals the logs of its shards, those that never began and those of a split among them', async () => {
    const { world, instance } = await counting();
    world.open('s3');
    world.reshard(['s2'], 's4', 's5');
    await world.take(instance, 's4', world.put('s4', [LOW, 26]));
    const [before, old] = [world.shardPartition(''), (shard: string) => world.shardLog(shard)];
    const logs = ['s1', 's4', 's5'].map(old);
    world.replaceSource(change, 's1', 's2');
    expect(world.shardPartition('')).not.toEqual(before);
    await world.take(instance, 's2', world.put('s2', [LOW, 2], [LOW, 50]));
    const next = ['s1', 's2'].map((shard) => ({ logId: world.shardLog(shard), parents: expect.arrayContaining(logs) }));
    for (const logId of logs) expect((await world.head(logId)).sent?.children).toEqual(next);
    // The other shard of the new stream has no record yet, and holds time; the one that never began has that of its parent.
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2 });
    await world.take(instance, 's1', world.put('s1', [LOW, 50]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 2 });
    expect(world.world.sink.lateRecords).toMatchObject([{ eventTimeMs: 2, watermarkMs: 12 }]);
  });

  it('may be made again any number of times, whether or not its shards have begun', async () => {
    const { world, instance } = await counting();
    for (const shards of [['s1', 's2'], ['s1'], ['s1', 's2']]) {
      await world.world.clock.sleep(1_000);
      world.replaceSource(change, ...shards);
      await world.take(instance, 's1', world.put('s1', [LOW, 30]));
    }
    await world.take(instance, 's2', world.put('s2', [LOW, 60]));
    await world.take(instance, 's1', world.put('s1', [LOW, 61]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 1, [`${LOW}@30`]: 3 });
  });

  it('is found by a tick when it has no record yet', async () => {
    const { world, instance } = await counting();
    world.replaceSource(change, 's1');
    await world.tick(instance, world.world.clock.nowMs());
    await world.take(instance, 's1', world.put('s1', [LOW, 40]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 1 });
  });

  it('is sealed by whoever comes next when a function died in the middle', async () => {
    const { world, instance } = await counting();
    const second = world.shardLog('s2');
    world.replaceSource(change, 's1');
    const records = world.put('s1', [LOW, 40]);
    await dyingAt(world, second, () => world.take(instance, 's1', records));
    await world.take(world.instance(), 's1', records);
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 1 });
  });

  it('has all logs sealed that have room, whichever has none: receivers may wait for theirs to make some', async () => {
    const { world } = await counting();
    const [first, second] = [world.shardLog('s1'), world.shardLog('s2')];
    world.replaceSource(change, 's1');
    const { logs } = world.world;
    const put = logs.put.bind(logs);
    logs.put = (logId, ...rest) => (logId === first ? Promise.reject(new Error('no room')) : put(logId, ...rest));
    await expect(world.take(world.instance(), 's1', world.put('s1', [LOW, 40]))).rejects.toThrow('no room');
    expect((await world.head(second)).sealedFor).toEqual(['s1']);
  });

  it('goes on although a log of the old one was sealed by code that knew no exchange', async () => {
    const { world } = await counting();
    const { sent: _, ...head } = await world.head(world.shardLog('s2'));
    const { version } = head;
    const next = {
      ...head,
      version: version + 1,
      previousCommitId: head.commitId,
      commitId: 'sealed',
      sealedFor: ['s3'],
    };
    await world.world.logs.put(world.shardLog('s2'), (version + 1) % 8, next, undefined);
    world.replaceSource(change, 's1');
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 40]));
    expect((await world.head(world.shardLog('s1'))).reached).toBeGreaterThan(0n);
  });

  it('lets no child of the old one begin whose parent was sealed for the new one: no receiver would know of it', async () => {
    const { world, instance } = await counting();
    world.reshard(['s2'], 's3');
    const [partition, shards] = [world.shardPartition('s3'), knownTo(world)];
    const records = world.put('s3', [LOW, 27]);
    world.replaceSource(change, 's1');
    await world.take(instance, 's1', world.put('s1', [LOW, 40]));
    const late = processBatch({ ...world.instance().sender, shards }, { partition, records });
    await expect(late).rejects.toMatchObject({ kind: 'unavailable', code: 'STREAM_RECREATED' });
    expect(await world.world.entries(logIdOf(partition))).toEqual([]);
  });

  it.each([
    [
      'of one that is sealed for the new one, and forgotten',
      's2',
      's3',
      (world: ExchangeWorld) => world.reshard(['s2', 's1'], 's3'),
    ],
    [
      'whose other parent never begins',
      's1',
      's5',
      // A half of s2, which is sealed for the new one, and s1, in which nothing came after that.
      (world: ExchangeWorld) => {
        world.reshard(['s2'], 's3', 's4');
        world.reshard(['s1', 's3'], 's5');
      },
    ],
  ])('goes on although its last function seals a shard for a child %s', async (_, parent, child, reshard) => {
    const { world, instance } = await counting();
    reshard(world);
    const [partition, shards, log] = [world.shardPartition(child), knownTo(world), world.shardLog(parent)];
    shards.remains = () => 'ended';
    world.replaceSource(change, 's1');
    const records = world.put('s1', [LOW, 40]);
    await dyingAt(world, log, () => world.take(instance, 's1', records));
    // Receivers have read the other seals by the time at which this one names a child.
    await world.receiveAll(instance);
    const late = processBatch({ ...world.instance().sender, shards }, { partition, records });
    await expect(late).rejects.toMatchObject({ code: 'STREAM_RECREATED' });
    expect((await world.head(log)).sealedFor).toEqual([child]);
    await world.receiveAll(instance);
    await world.take(world.instance(), 's1', records);
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${LOW}@10`]: 1, [`${LOW}@20`]: 1 });
  });

  it('is not taken back by a function of an older one that was frozen meanwhile', async () => {
    const { world, instance } = await counting();
    world.replaceSource(change, 's1');
    const { partition, shards, begunMs } = frozenIn(world);
    await world.world.clock.sleep(1_000);
    world.replaceSource(change, 's1');
    await world.take(instance, 's1', world.put('s1', [LOW, 40]));
    const { blobs } = world.world;
    const settling = settleManifests(blobs, world.exchange, world.sources, partition, shards, begunMs);
    await expect(settling).rejects.toMatchObject({ kind: 'unavailable', code: 'STREAM_RECREATED' });
  });

  it('is not taken for the newer one by its function that was frozen before any log had begun', async () => {
    const world = new ExchangeWorld(keyedAnew({ allowedLatenessMs: 0 }));
    world.open('s1');
    const { partition, shards, begunMs } = frozenIn(world);
    world.replaceSource(change, 's1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 15]));
    const { blobs } = world.world;
    const settling = settleManifests(blobs, world.exchange, world.sources, partition, shards, begunMs);
    await expect(settling).rejects.toMatchObject({ kind: 'unavailable', code: 'STREAM_RECREATED' });
    await world.take(instance, 's1', world.put('s1', [LOW, 40]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@10`]: 1 });
  });
});
