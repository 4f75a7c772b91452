import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sourceBatches } from '../../../adapters/kinesis/source-batches.ts';
import { hashOfKey, MAX_HASH } from '../../../engine/codec/key-hash.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { record } from '../../engine/support/readings.ts';
import { aggregateOf } from '../../support/aggregate.ts';

const WHOLE = { fromHash: 0n, toHash: MAX_HASH };
const packed = (offset: number, ...keys: string[]): SourceRecord =>
  record(offset, aggregateOf(keys.map((partitionKey) => ({ partitionKey, data: partitionKey }))), {
    partitionKey: 'outer',
  });
const all = (...records: SourceRecord[]): SourceRecord[] => [...sourceBatches(records, WHOLE)].flat();

describe('the records of an invocation', () => {
  it('come with those of an aggregated record in its place, which share its offset and its arrival', () => {
    expect(
      all(record(1, 'x'), packed(2, 'a', 'b'), record(3, 'y')).map(
        ({ offset, subSequence, partitionKey, arrivalTimeMs, data }) => [
          offset,
          subSequence,
          partitionKey,
          arrivalTimeMs,
          Buffer.from(data).toString(),
        ],
      ),
    ).toEqual([
      [1n, 0, 'a', 1_000, 'x'],
      [2n, 0, 'a', 1_000, 'a'],
      [2n, 1, 'b', 1_000, 'b'],
      [3n, 0, 'a', 1_000, 'y'],
    ]);
  });

  it('carry a damaged aggregated record whole, with the reason', () => {
    const broken = { ...packed(2, 'a', 'b'), data: packed(2, 'a', 'b').data.subarray(0, -1) };
    expect(all(broken)).toEqual([{ ...broken, refusal: expect.objectContaining({ code: 'AGGREGATE_DAMAGED' }) }]);
  });

  it('are marked one by one where their key belongs to another shard, in an aggregated record or not (R-16)', () => {
    const toHash = hashOfKey('b') - 1n;
    const [batch] = [
      ...sourceBatches(
        [record(1, 'x', { partitionKey: 'b' }), record(2, 'x', { partitionKey: 'a' }), packed(3, 'a', 'b')],
        { fromHash: 0n, toHash },
      ),
    ];
    expect(hashOfKey('a')).toBeLessThan(toHash);
    expect(batch?.map(({ offset, subSequence, refusal }) => [offset, subSequence, refusal?.code])).toEqual([
      [1n, 0, 'KEY_OUTSIDE_SHARD'],
      [2n, 0, undefined],
      [3n, 0, undefined],
      [3n, 1, 'KEY_OUTSIDE_SHARD'],
    ]);
  });

  it('are cut into batches, never inside an aggregated record (PL-13)', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 10 }), (shape, maxRecords) => {
        const records = shape.map((size, i) =>
          size === 0 ? record(i, 'x') : packed(i, ...Array.from({ length: size }, (_, n) => `k${n}`)),
        );
        const batches = [...sourceBatches(records, WHOLE, maxRecords)];
        expect(batches.flat().map(({ offset }) => offset)).toEqual(
          shape.flatMap((size, i) => Array.from({ length: Math.max(size, 1) }, () => BigInt(i))),
        );
        const offsets = batches.map((batch) => new Set(batch.map(({ offset }) => offset)));
        expect(new Set(offsets.flatMap((set) => [...set])).size).toBe(offsets.reduce((sum, { size }) => sum + size, 0));
        for (const [i, batch] of batches.entries())
          expect(batch.length <= maxRecords || offsets[i]?.size === 1).toBe(true);
      }),
    );
  });

  it('of a plain invocation stay the very records they were', () => {
    const plain = [record(1, 'x'), record(2, 'y')];
    const [batch] = [...sourceBatches(plain, WHOLE)];
    expect(batch?.every((one, i) => one === plain[i])).toBe(true);
  });
});
