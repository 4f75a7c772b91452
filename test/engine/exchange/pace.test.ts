import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { intervalAt, intervalMs, isPace, PACE_TOLERANCE_MS } from '../../../engine/exchange/pace.ts';
import { FifoQueue } from '../../support/fifo-queue.ts';

/** A ring by a function whose clock is ahead or behind, and which gets to the queue a while after that clock was read. */
interface Rung {
  readonly atMs: number;
  readonly aheadMs: number;
  readonly onItsWayMs: number;
}

/** When what stands for each ring is handed over, in the order of the rings. */
function calledAt(paceMs: number, rings: readonly Rung[]): number[] {
  const queue = new FifoQueue(paceMs);
  const sent = rings
    .map((ring, i) => ({ ...ring, i, arrivesMs: ring.atMs + ring.onItsWayMs }))
    .sort((a, b) => a.arrivesMs - b.arrivesMs)
    .map(({ i, atMs, aheadMs, arrivesMs }) => {
      const id = String(intervalAt(atMs + aheadMs, paceMs));
      return { i, dueMs: queue.send('by-value/0', id, arrivesMs).dueMs };
    });
  return sent.sort((a, b) => a.i - b.i).map(({ dueMs }) => dueMs);
}

/** Many rings within a few paces, of functions whose clocks differ by no more than is allowed for. */
const rungWithin = (paceMs: number): fc.Arbitrary<Rung[]> =>
  fc.array(
    fc.record({
      atMs: fc.integer({ min: 1_000_000, max: 1_000_000 + 3 * paceMs }),
      aheadMs: fc.constantFrom(0, PACE_TOLERANCE_MS / 2, PACE_TOLERANCE_MS),
      // Mostly at once; else as late as the second attempt of a client that the first one has kept waiting.
      onItsWayMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6_000) }),
    }),
    { minLength: 50, maxLength: 100, size: 'max' },
  );
const rungAtAPace = fc
  .constantFrom(1_000, 2_000, 30_000)
  .chain((paceMs) => fc.tuple(fc.constant(paceMs), rungWithin(paceMs)));

describe('a receiver', () => {
  it('is called after each commit that rings for it, whichever ring the queue leaves out (PL-38)', () => {
    fc.assert(
      fc.property(rungAtAPace, ([paceMs, rings]) => {
        const called = calledAt(paceMs, rings);
        for (const [i, { atMs, onItsWayMs }] of rings.entries()) {
          expect(called[i]).toBeGreaterThanOrEqual(atMs);
          expect(called[i]).toBeLessThanOrEqual(atMs + onItsWayMs + paceMs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is called at the very end of an interval for its first and its last commit, when nothing follows', () => {
    const first = intervalMs(1_000) * 7_000;
    const ring = (atMs: number): Rung => ({ atMs, aheadMs: 0, onItsWayMs: 0 });
    const last = first + intervalMs(1_000) - 1;
    expect(last).toBeLessThan(first + 1_000);
    expect(calledAt(1_000, [ring(first), ring(last)])).toEqual([first + 1_000, first + 1_000]);
    expect(calledAt(1_000, [ring(first), ring(last + 1)])).toEqual([first + 1_000, last + 1_001]);
  });

  it('can miss the last commit where clocks differ by more than is allowed for: a tick calls it then', () => {
    const first = intervalMs(1_000) * 7_000;
    const early: Rung = { atMs: first - PACE_TOLERANCE_MS - 10, aheadMs: PACE_TOLERANCE_MS + 10, onItsWayMs: 0 };
    const last: Rung = { atMs: first + intervalMs(1_000) - 1, aheadMs: 0, onItsWayMs: 0 };
    const [, called] = calledAt(1_000, [early, last]);
    expect(called).toBeLessThan(last.atMs);
  });

  it('is called once an interval, however often it is rung', () => {
    const queue = new FifoQueue(1_000);
    for (let nowMs = 0; nowMs < 90 * intervalMs(1_000); nowMs += 100)
      queue.send('by-value/0', String(intervalAt(nowMs, 1_000)), nowMs);
    expect(queue.take('by-value/0', Infinity)).toBe(90);
    expect(queue.leftOut).toBe(810 - 90);
  });
});

describe('a pace', () => {
  it.each([0, 1_000, 2_000, 30_000])('may be %d ms', (paceMs) => {
    expect(isPace(paceMs)).toBe(true);
  });

  it.each([-1_000, 1, 999, 1_500, 31_000, NaN, Infinity, '1000' as never])('cannot be %s ms', (paceMs) => {
    expect(isPace(paceMs)).toBe(false);
  });

  it('of 0 gathers nothing', () => {
    expect(intervalMs(0)).toBe(0);
  });
});
