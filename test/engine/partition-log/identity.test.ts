import { describe, expect, it } from '@jest/globals';
import { logIdOf, snapshotKeyOf, spillKeyOf, versionOfKey } from '../../../engine/partition-log/log-id.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import type { SourcePartition } from '../../../engine/record.ts';
import { SHARD } from '../../support/samples.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

describe('the identity of a log (PL-11)', () => {
  it.each<Partial<SourcePartition>>([
    { pipeline: 'orders' },
    { stage: '1' },
    { source: 'arrivals' },
    { incarnation: '2' },
    { partition: 'shardId-000000000001' },
  ])('is another for %j', (change) => {
    expect(logIdOf({ ...SHARD, ...change })).not.toBe(logIdOf(SHARD));
  });

  it('cannot be made by another division of the same letters', () => {
    expect(() => logIdOf({ ...SHARD, pipeline: 'a/b' })).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
    expect(logIdOf({ ...SHARD, source: 'ab', incarnation: 'c' })).not.toBe(
      logIdOf({ ...SHARD, source: 'a', incarnation: 'bc' }),
    );
  });

  it.each(['', '.', '..', '../x', 'a#b', 'a b', 'é', 'a\0'])('has no part such as %j', (partition) => {
    expect(() => logIdOf({ ...SHARD, partition })).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'INVALID_SETTING' }),
    );
  });

  it('puts a stream that was deleted and created again under the same name into a new log', async () => {
    const world = new World();
    const { processor } = world.instance();
    const again = { ...SHARD, incarnation: '2' };
    await processBatch(processor, { partition: SHARD, records: [reading(5, 'a', 50)] });
    expect(await processBatch(processor, { partition: again, records: [reading(1, 'a', 0)] })).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 0,
      lateRecords: 0,
    });
    expect((await world.entries()).map(({ reached }) => reached)).toEqual([5n]);
    expect((await world.entries(logIdOf(again))).map(({ reached }) => reached)).toEqual([1n]);
  });

  it('keeps shards apart: a record that is late in one counts in the other', async () => {
    const { processor } = new World().instance();
    await processBatch(processor, { partition: SHARD, records: [reading(5, 'a', 50)] });
    const other = { ...SHARD, partition: 'shardId-000000000001' };
    expect(await processBatch(processor, { partition: other, records: [reading(5, 'b', 0)] })).toMatchObject({
      recordsIn: 1,
      lateRecords: 0,
      watermarkMs: 0,
    });
  });
});

describe("the keys of a log's objects", () => {
  it('tell the version, and ascend with it', () => {
    const keys = [9, 10, 100, 2 ** 40].map((version) => snapshotKeyOf('log', version, 'id', 'form'));
    expect([...keys].sort()).toEqual(keys);
    expect(keys.map(versionOfKey)).toEqual([9, 10, 100, 2 ** 40]);
    expect(versionOfKey(spillKeyOf('log', 12, 'id', 'outbox'))).toBe(12);
  });

  it('are different for two commits of the same version, and for two definitions', () => {
    expect(snapshotKeyOf('log', 1, 'one', 'form')).not.toBe(snapshotKeyOf('log', 1, 'other', 'form'));
    expect(snapshotKeyOf('log', 1, 'one', 'form')).not.toBe(snapshotKeyOf('log', 1, 'one', 'newer'));
    expect(spillKeyOf('log', 1, 'id', 'delta')).not.toBe(spillKeyOf('log', 1, 'id', 'outbox'));
  });
});

describe('offsets are big integers (PL-10)', () => {
  it('so two sequence numbers that are equal as doubles are two records', async () => {
    const world = new World();
    const first = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
    const at = (offset: bigint) => ({ ...reading(0, 'a', 0), offset });
    expect(Number(first)).toBe(Number(first + 1n));
    await world.instance().process(at(first));
    expect(await world.instance().process(at(first), at(first + 1n))).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 1,
    });
  });

  it('so 10 comes after 9, which as text it would not', async () => {
    const world = new World();
    const instance = world.instance();
    await instance.process(reading(9, 'a', 0));
    expect(await instance.process(reading(10, 'a', 0))).toMatchObject({ recordsIn: 1 });
  });
});
