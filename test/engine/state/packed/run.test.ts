import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PackedKey } from '../../../../engine/state/packed/packed-key.ts';
import { combineRuns, type Run } from '../../../../engine/state/packed/run.ts';
import type { Segment } from '../../../../engine/state/packed/segment.ts';
import { SegmentsWriter } from '../../../../engine/state/packed/segments-writer.ts';

/** Three pairs of keys with the same hash among them. */
const ALIKE = ['1uvd6tna2', '1kyin0x1f', 'dba47k4nv', 'fp9rrebcb', 'hl7zzj151', '58f1o11h7'];
const keys = fc.oneof(
  fc.constantFrom(...ALIKE, '', 'é', '😀'),
  fc.nat({ max: 40 }).map((n) => `key-${n}`),
);
/** By key; undefined: deleted. */
type Changes = ReadonlyMap<string, number | undefined>;

const changes = (least: fc.Arbitrary<number | undefined>): fc.Arbitrary<Changes> =>
  fc.array(fc.tuple(keys, least), { maxLength: 60 }).map((list) => new Map(list));

function segmentsOf(entries: Iterable<readonly [string, Uint8Array]>, segmentEntries: number): Segment[] {
  const [a, b] = [new PackedKey(), new PackedKey()];
  const inOrder = [...entries].sort(
    ([one], [other]) => a.set(one).hash - b.set(other).hash || Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  const writer = new SegmentsWriter(segmentEntries);
  for (const [key, value] of inOrder) writer.add(a.set(key), value);
  return writer.take();
}

function runOf(of: Changes, segmentEntries: number): Run {
  const puts = [...of].flatMap(([key, n]) => (n === undefined ? [] : [[key, Uint8Array.of(n)] as const]));
  const deleted = [...of].flatMap(([key, n]) => (n === undefined ? [[key, new Uint8Array()] as const] : []));
  return { puts: segmentsOf(puts, segmentEntries), deleted: segmentsOf(deleted, segmentEntries) };
}

function entriesOf(segments: readonly Segment[]): Array<readonly [string, number | undefined]> {
  return segments.flatMap((segment) =>
    Array.from({ length: segment.size }, (_, place) => [segment.keyAt(place), segment.valueAt(place)[0]] as const),
  );
}

describe('runs that are put together', () => {
  it('are the entries of a map that was changed alike, in the order of segments, each once', () => {
    const value = fc.nat({ max: 255 });
    fc.assert(
      fc.property(
        changes(value),
        fc.array(changes(fc.option(value, { nil: undefined })), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (whole, later, segmentEntries) => {
          const map = new Map<string, number>();
          for (const [key, n] of [whole, ...later].flatMap((of) => [...of])) {
            if (n === undefined) map.delete(key);
            else map.set(key, n);
          }
          const combined = combineRuns(
            runOf(whole, segmentEntries),
            later.map((of) => runOf(of, segmentEntries)),
            segmentEntries,
          );
          const wanted = segmentsOf(
            [...map].map(([key, n]) => [key, Uint8Array.of(n)] as const),
            segmentEntries,
          );
          expect(entriesOf(combined)).toEqual(entriesOf(wanted));
          const hashes = combined.map((segment) => [segment.hashAt(0), segment.lastHash]).flat();
          expect(hashes.every((hash, i) => i % 2 === 1 || i === 0 || hash > (hashes[i - 1] as number))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
