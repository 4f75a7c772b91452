import { describe, expect, it } from '@jest/globals';
import { encodeSnapshot } from '../../../engine/partition-log/snapshot-writer.ts';
import type { PartitionLog } from '../../../engine/partition-log/partition-log.ts';
import { step } from '../../../engine/step.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const topology = topologyOf({ allowedLatenessMs: 10 });
const bytesOf = ({ state }: PartitionLog): string =>
  Buffer.from(encodeSnapshot({ logId: '', version: 0, commitId: '' }, state, topology)).toString('hex');

describe('memory follows the log (PL-6)', () => {
  it('changes after the acknowledgement only', async () => {
    const world = new World({ topology });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0));
    const log = await instance.use(async (open) => open);
    const before = bytesOf(log);
    let during = '';
    world.logs.beforePut = async () => {
      during = bytesOf(log);
    };
    await log.commit(step(topology, log.state, [reading(2, 'a', 5), reading(3, 'b', 30)]));
    expect(during).toBe(before);
    expect(bytesOf(log)).not.toBe(before);
  });

  it('stays as it was when the commit fails', async () => {
    const world = new World({ topology });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0));
    const log = await instance.use(async (open) => open);
    const before = bytesOf(log);
    world.logs.script = Array.from({ length: 5 }, () => 'lost reply' as const);
    await expect(
      log.commit(step(topology, log.state, [reading(2, 'a', 5), reading(3, 'b', 30)])),
    ).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(bytesOf(log)).toBe(before);
    expect(log.undelivered).toEqual([]);
  });

  it('is dropped and read again after any failure', async () => {
    const world = new World({ topology });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0));
    expect(world.logs.reads).toBe(1);
    await expect(instance.use(() => Promise.reject(new Error('anything')))).rejects.toThrow('anything');
    await instance.process(reading(2, 'a', 0));
    expect(world.logs.reads).toBe(2);
  });

  it('is not read again as long as all goes well: no read and one write a batch', async () => {
    const world = new World({ topology });
    const instance = world.instance();
    for (let i = 1; i <= 6; i++) await instance.process(reading(i, 'a', 0));
    expect(world.logs.reads).toBe(1);
    expect(world.logs.puts).toHaveLength(6);
  });

  it('of one log is not disturbed by the failure of another', async () => {
    const world = new World({ topology });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0));
    const other = { pipeline: 'p', stage: '0', source: 's', incarnation: '1', partition: 'x' };
    await expect(instance.processor.logs.use(other, () => Promise.reject(new Error('anything')))).rejects.toThrow();
    await instance.process(reading(2, 'a', 0));
    expect(world.logs.reads).toBe(2);
  });

  it('that was rebuilt from the log is byte for byte the memory that wrote it', async () => {
    const world = new World({ topology, slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 15; i++) {
      await instance.process(reading(2 * i, i % 3 === 0 ? 'b' : 'a', i * 2, i / 10), reading(2 * i + 1, 'c', i, 0.1));
      expect(await world.instance().use(async (log) => bytesOf(log))).toBe(
        await instance.use(async (log) => bytesOf(log)),
      );
    }
  });

  it('is refused when the deltas do not lead to the hash in the log', async () => {
    const world = new World({ topology });
    await world.instance().process(reading(1, 'a', 0));
    const { stateHash } = await world.head();
    world.logs.onRead = (entries) => entries.map((entry) => ({ ...entry, stateHash: stateHash + 1 }));
    await expect(world.instance().process(reading(2, 'a', 0))).rejects.toMatchObject({
      kind: 'internal',
      code: 'STATE_HASH_MISMATCH',
      message: `version 1 of ${world.logId} must lead to state hash ${stateHash + 1}, got ${stateHash}; restore the log table and bucket`,
    });
  });
});
