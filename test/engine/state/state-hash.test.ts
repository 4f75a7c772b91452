import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addHash, EMPTY_HASH, GroupHash, seedOf, subtractHash } from '../../../engine/state/hash.ts';
import { Partition } from '../support/state.ts';
import { reading, topologyOf } from '../support/readings.ts';

const SEED = seedOf('window/panes');
const hashes = fc.integer({ min: 0, max: 2 ** 52 - 1 });

describe('the hash of the state', () => {
  it('does not depend on the order of its entries', () => {
    fc.assert(
      fc.property(fc.array(hashes), (list) => {
        expect(list.reduce(addHash, EMPTY_HASH)).toBe(list.toReversed().reduce(addHash, EMPTY_HASH));
      }),
    );
  });

  it('is what it was when an entry is added and taken away', () => {
    fc.assert(
      fc.property(hashes, hashes, (sum, hash) => {
        expect(subtractHash(addHash(sum, hash), hash)).toBe(sum);
      }),
    );
  });

  it('tells tables, windows, keys and values apart', () => {
    const bytes = Uint8Array.of(1, 2);
    const all = [
      new GroupHash(seedOf('other'), 0).of('a', bytes),
      new GroupHash(SEED, '').of('a', bytes),
      new GroupHash(SEED, 'a').of('', bytes),
      new GroupHash(SEED, 0).of('a', bytes),
      new GroupHash(SEED, 10).of('a', bytes),
      new GroupHash(SEED, 2 ** 32).of('a', bytes),
      new GroupHash(SEED, -10).of('a', bytes),
      new GroupHash(SEED, 0).of('b', bytes),
      new GroupHash(SEED, 0).of('a\0', bytes),
      new GroupHash(SEED, 0).of('a', Uint8Array.of(2, 1)),
      new GroupHash(SEED, 0).of('a', Uint8Array.of(1, 2, 0)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives 100,000 small entries 100,000 hashes', () => {
    const all = new Set<number>();
    for (let i = 0; i < 100_000; i++)
      all.add(new GroupHash(SEED, (i % 10) * 3_600_000).of(`key-${Math.floor(i / 10)}`, Uint8Array.of(1, 4)));
    expect(all.size).toBe(100_000);
  });

  it('is that of the open panes alone: closed windows leave no trace', () => {
    const lived = new Partition(topologyOf());
    lived.process(reading(1, 'a', 0), reading(2, 'b', 5), reading(3, 'a', 12), reading(4, 'a', 20, 7));
    const fresh = new Partition(topologyOf());
    fresh.process(reading(1, 'a', 20, 7));
    expect(lived.state.stateHash).toBe(fresh.state.stateHash);
    expect(lived.state.stateHash).not.toBe(EMPTY_HASH);
  });
});
