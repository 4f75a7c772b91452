import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSettled, publicationMs, publicationOrder } from '../../local/inputs/publication-order.ts';

const MINUTE = 60_000;
const columns = (rows: ReadonlyArray<readonly [dateMin: number, delayMin: number]>) => ({
  dateMs: Float64Array.from(rows, ([date]) => date * MINUTE),
  delayMin: Float64Array.from(rows, ([, delay]) => delay),
});

describe('the order of publication', () => {
  it('publishes a late flight when it has left and an early one on schedule', () => {
    expect(publicationMs(5 * MINUTE, 10)).toBe(15 * MINUTE);
    expect(publicationMs(5 * MINUTE, -10)).toBe(5 * MINUTE);
  });

  it('sorts by the moment, then by row', () => {
    expect([
      ...publicationOrder(
        columns([
          [0, 10],
          [5, 5],
          [5, -3],
          [0, 0],
        ]),
      ),
    ]).toEqual([3, 2, 0, 1]);
  });

  it('settles a part of the file only when the unread rows cannot come into it', () => {
    const departures = columns([
      [0, 0],
      [0, 20],
      [10, 0],
    ]);
    const order = publicationOrder(departures);
    expect(isSettled(departures, order, 2, 10 * MINUTE)).toBe(true);
    expect(isSettled(departures, order, 3, 19 * MINUTE)).toBe(false);
    expect(isSettled(departures, order, 3, 20 * MINUTE)).toBe(true);
  });

  it('gives the same beginning for a settled part as for the whole', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -9, max: 30 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.array(row), fc.nat(20), (read, unread, count) => {
        const part = columns(read);
        const order = publicationOrder(part);
        const unreadFromMs = Math.min(...unread.map(([date]) => date * MINUTE), Number.POSITIVE_INFINITY);
        fc.pre(count <= read.length && isSettled(part, order, count, unreadFromMs));
        expect([...order.subarray(0, count)]).toEqual([
          ...publicationOrder(columns([...read, ...unread])).subarray(0, count),
        ]);
      }),
    );
  });
});
