import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { encodeSnapshot } from '../../../engine/partition-log/snapshot-writer.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';

const HEADER = { logId: 'flights/0/departures/1/shard', version: 7, commitId: 'id-7' };
const topology = topologyOf({ maxOutOfOrdernessMs: 20, allowedLatenessMs: 20 });
const inputs = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', '😀', '😁', 'constructor'),
    timeMs: fc.nat({ max: 100 }),
    value: fc.oneof(fc.integer(), fc.constant(0.1)),
  }),
);

function partitionOf(list: ReadonlyArray<{ key: string; timeMs: number; value: number }>): Partition {
  const partition = new Partition(topology);
  partition.process(...list.map(({ key, timeMs, value }, i) => reading(i + 1, key, timeMs, value)));
  return partition;
}

describe('a snapshot', () => {
  it('gives the whole state back: offset, watermark, counters, hash, panes', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        const { state } = partitionOf(list);
        const loaded = decodeSnapshot(encodeSnapshot(HEADER, state, topology), topology);
        expect({ ...loaded.state, timers: 0 }).toEqual({ ...state, timers: 0 });
        expect(loaded.header).toMatchObject(HEADER);
      }),
    );
  });

  it('is a state that goes on exactly as the one it was taken of', () => {
    fc.assert(
      fc.property(inputs, inputs, (first, second) => {
        const lived = partitionOf(first);
        const loaded = new Partition(topology);
        Object.assign(loaded.state, decodeSnapshot(lived.bytes(), topology).state);
        const records = second.map(({ key, timeMs, value }, i) => reading(first.length + i + 1, key, timeMs, value));
        expect(loaded.process(...records)).toEqual(lived.process(...records));
        expect(Buffer.compare(loaded.bytes(), lived.bytes())).toBe(0);
      }),
    );
  });

  it('has the same bytes for the same state, whatever the order of the records before the last', () => {
    const list = [
      { key: 'a', timeMs: 0, value: 1 },
      { key: 'b', timeMs: 5, value: 2 },
      { key: '😀', timeMs: 10, value: 3 },
    ];
    const newest = { key: 'a', timeMs: 15, value: 4 };
    const last = { key: 'a', timeMs: 15, value: 5 };
    expect(
      Buffer.compare(partitionOf([...list, newest, last]).bytes(), partitionOf([newest, ...list, last]).bytes()),
    ).toBe(0);
  });

  it('never gives another state when any one byte of it was changed', () => {
    const whole = partitionOf(
      Array.from({ length: 40 }, (_, i) => ({ key: `key-${i % 9}`, timeMs: i, value: i })),
    ).bytes();
    for (let at = 0; at < whole.length; at++) {
      const damaged = new Uint8Array(whole);
      damaged[at] = (damaged[at] as number) ^ 0x01;
      // The compressed form has a few bits that say nothing; all others are covered by its checksum.
      expect(read(damaged) ?? read(whole)).toEqual(read(whole));
    }
  });

  it('is refused when it was cut off', () => {
    const whole = partitionOf([{ key: 'a', timeMs: 0, value: 1 }]).bytes();
    for (const length of [0, 1, 10, whole.length - 1]) {
      expect(() => decodeSnapshot(whole.subarray(0, length), topology)).toThrow(
        expect.objectContaining({ kind: 'internal' }),
      );
    }
  });

  it('is refused when its panes are not those that its header promises', () => {
    const { state } = partitionOf([{ key: 'a', timeMs: 0, value: 1 }]);
    const bytes = encodeSnapshot(HEADER, { ...state, stateHash: state.stateHash + 1 }, topology);
    expect(() => decodeSnapshot(bytes, topology)).toThrow(
      expect.objectContaining({
        kind: 'internal',
        code: 'SNAPSHOT_DAMAGED',
        message: `snapshot 7 of ${HEADER.logId} must have state hash ${state.stateHash + 1}, got ${state.stateHash}; restore the object from a backup`,
      }),
    );
  });
});

/** What a snapshot says; undefined when it is refused. */
function read(bytes: Uint8Array) {
  try {
    const { header, state } = decodeSnapshot(bytes, topology);
    return { header, state: { ...state, timers: 0 } };
  } catch (error) {
    expect(String(error)).toMatch(/Error/);
    return undefined;
  }
}
