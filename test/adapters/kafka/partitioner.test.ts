import { describe, expect, it } from '@jest/globals';
import { murmur2 as clients } from '@platformatic/kafka';
import * as fc from 'fast-check';
import { murmur2, partitionOf } from '../../../adapters/kafka/partitioner.ts';

describe('murmur2', () => {
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %j is what Kafka says it is', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('is the same as that of the client', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(murmur2(Buffer.from(bytes))).toBe(clients(Buffer.from(bytes)));
      }),
    );
  });
});

describe('partitionOf', () => {
  it('never is below 0, whatever the sign of the hash', () => {
    expect(partitionOf(Buffer.from('21'), 7)).toBe((-973_932_308 & 0x7fffffff) % 7);
  });
});
