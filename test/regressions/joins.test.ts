/** What went wrong with joins by time elsewhere. The number is that of the line in docs/regressions.md. */
import { describe, expect, it } from '@jest/globals';
import { count, minutes, resultTable, tumbling } from '../../engine/index.ts';
import { JoinSteps, left, right, upTo } from '../engine/join/join-steps.ts';
import { joinedStream, RULES, START_MS } from '../engine/join/orders.ts';

const CASES = [
  ['left', 5, 10],
  ['left', 0, 10],
  ['right', -10, -5],
  ['full', -4, 9],
  ['semi', 5, 10],
  ['anti', 5, 10],
  ['inner', 5, 10],
] as const;

describe('joins by time', () => {
  it('R-50 asymmetric bounds: a right row that is always later, or always earlier, finds its left one and no other', () => {
    const later = new JoinSteps({ lowerMs: 5, upperMs: 8 });
    expect(later.take(left('l', 10), right('r14', 14), right('r15', 15), right('r18', 18), right('r19', 19))).toEqual([
      'l + r15 @ 15',
      'l + r18 @ 18',
    ]);
    const earlier = new JoinSteps({ lowerMs: -8, upperMs: -5 });
    expect(earlier.take(right('r1', 1), right('r2', 2), right('r5', 5), right('r6', 6), left('l', 10))).toEqual([
      'l + r2 @ 10',
      'l + r5 @ 10',
    ]);
  });

  it('R-51 a left row out of order, in time by its lateness and past the end of its bounds, is no null row before its partner', () => {
    const join = new JoinSteps({ kind: 'left', upperMs: 10, allowedLatenessMs: 20 });
    expect(join.take(upTo(30), left('l', 12, { watermarkMs: 30 }), right('r', 22, { watermarkMs: 30 }))).toEqual([
      'l + r @ 22',
    ]);
    expect(join.take(upTo(43), left('other', 40, { watermarkMs: 43 }))).toEqual([]);
    expect(join.take(left('m', 23, { watermarkMs: 43 }), upTo(53))).toEqual([]);
    expect(join.take(upTo(54))).toEqual(['m + - @ 23']);
  });

  it('R-52 a row that has come out alone has no second row: its partner is late by then, in whatever batch it comes', () => {
    const join = new JoinSteps({ kind: 'full' });
    expect(join.take(left('l', 0), upTo(11), right('r', 10, { watermarkMs: 11 }), upTo(30))).toEqual(['l + - @ 0']);
    expect(join.late).toHaveLength(1);
  });

  it('R-53 a row that has had a partner never comes out alone, whichever of the two was first', () => {
    for (const kind of ['left', 'right', 'full'] as const) {
      const join = new JoinSteps({ kind });
      expect(join.take(left('l', 0), right('r', 10), right('q', 20), left('m', 15), upTo(100))).toEqual([
        'l + r @ 10',
        'm + q @ 20',
      ]);
    }
  });

  it('R-54 a row that comes and leaves in one batch comes out alone as any other', () => {
    expect(new JoinSteps({ kind: 'left' }).take(left('l', 0), upTo(100))).toEqual(['l + - @ 0']);
    const behind = new JoinSteps({ kind: 'left', lowerMs: -20, upperMs: -10 });
    expect(behind.take(upTo(50), left('l', 55, { watermarkMs: 50 }))).toEqual(['l + - @ 55']);
    expect(behind.waiting).toBe(0);
  });

  it('R-55 keys that never come again leave the state', () => {
    const join = new JoinSteps();
    for (let i = 0; i < 500; i++)
      join.take(left(`l${i}`, i, { key: `left-${i}` }), right(`r${i}`, i, { key: `right-${i}` }), upTo(i));
    expect(join.waiting).toBeLessThanOrEqual(2 * 12);
    join.take(upTo(1_000));
    expect(join.waiting).toBe(0);
    expect(join.state.timers[0]?.event).toBeUndefined();
  });

  it('R-56 a row for which the further condition holds with no other row is without a partner', () => {
    const join = new JoinSteps({ kind: 'full', isAbove: true });
    expect(join.take(left('l', 0, { amount: 5 }), right('r', 3, { amount: 5 }), upTo(50))).toEqual([
      '- + r @ 3',
      'l + - @ 0',
    ]);
    const semi = new JoinSteps({ kind: 'semi', isAbove: true });
    expect(semi.take(left('l', 0, { amount: 5 }), right('r', 3, { amount: 5 }), right('s', 4, { amount: 6 }))).toEqual([
      'l + - @ 0',
    ]);
  });

  it('R-57 a row at its watermark is in time, and one before it is late; a partner at either end of the bounds is one', () => {
    const join = new JoinSteps({ kind: 'left', allowedLatenessMs: 2 });
    const rows = [left('l', 8, { watermarkMs: 10 }), left('late', 7, { watermarkMs: 10 })];
    const partners = [right('a', 8), right('b', 18), right('early', 7), right('after', 19)];
    expect(join.take(...rows, ...partners, upTo(100))).toEqual(['l + a @ 8', 'l + b @ 18']);
    expect(join.late.map(({ eventTimeMs }) => eventTimeMs - START_MS)).toEqual([7]);
    const atLast = new JoinSteps({ kind: 'left', allowedLatenessMs: 2 });
    expect(atLast.take(left('l', 0), upTo(12), right('r', 10, { watermarkMs: 12 }))).toEqual(['l + r @ 10']);
  });

  it('R-58 what comes out behind the watermark is in time behind the next key', () => {
    for (const [kind, lowerMs, upperMs] of CASES) {
      const given = joinedStream({ ...RULES, kind, lowerMs, upperMs, allowedLatenessMs: 3 })
        .keyBy(() => 'one', { name: 'one' })
        .window(tumbling({ sizeMs: minutes(1) }))
        .aggregate({ n: count() })
        .to(resultTable());
      const join = new JoinSteps({}, given);
      for (let t = 0; t < 60; t++)
        join.take(
          left(`l${t}`, t - (t % 4), { watermarkMs: t, key: `${t % 7}` }),
          right(`r${t}`, t - (t % 3), { watermarkMs: t, key: `${t % 5}` }),
          upTo(t),
        );
      join.take(upTo(200));
      expect(join.sent.length).toBeGreaterThan(10);
      expect(join.sent.filter((row) => row.eventTimeMs < row.watermarkMs)).toEqual([]);
    }
  });
});
