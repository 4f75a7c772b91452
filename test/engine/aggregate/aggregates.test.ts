import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { count, countIf, max, mean, min, sum } from '../../../engine/aggregate/aggregates.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import { exactTotal } from '../support/exact.ts';

interface Row {
  readonly n: number;
}

const AT_0 = { eventTimeMs: 0 };

const ALL: Readonly<Record<string, Aggregate<Row>>> = { count: count(), countIf: countIf(({ n }: Row) => n > 0), sum: sum('n'), min: min('n'), max: max('n'), mean: mean('n') };

const fold = ({ aggregator, extract }: Aggregate<Row>, numbers: readonly number[]): unknown => numbers.reduce<unknown>((total, n) => aggregator.add(total, extract({ n }, AT_0)), aggregator.init());

/** There and back through the bytes of a delta. */
function stored({ aggregator }: Aggregate<Row>, accumulator: unknown): unknown {
  const writer = new ByteWriter();
  aggregator.write(writer, accumulator);
  return aggregator.read(new ByteReader(writer.finish()));
}

const numbers = fc.array(fc.oneof(fc.integer(), fc.integer().map((n) => n / 100), fc.double({ noNaN: true, min: -1e200, max: 1e200 })), { minLength: 1, maxLength: 30 });

describe('the aggregates', () => {
  it('are what their names say', () => {
    fc.assert(fc.property(numbers, (list) => {
      const results = Object.fromEntries(Object.entries(ALL).map(([name, one]) => [name, one.aggregator.result(fold(one, list))]));
      expect(results).toEqual({
        count: list.length,
        countIf: list.filter((n) => n > 0).length,
        sum: exactTotal(list),
        min: list.reduce((a, b) => Math.min(a, b)),
        max: list.reduce((a, b) => Math.max(a, b)),
        mean: exactTotal(list) / list.length,
      });
    }));
  });

  describe.each(Object.entries(ALL))('%s', (_, one) => {
    const { aggregator } = one;

    it('goes on after a delta or snapshot as if nothing had happened', () => {
      fc.assert(fc.property(numbers, numbers, (first, second) => {
        const here = second.reduce<unknown>((total, n) => aggregator.add(total, one.extract({ n }, AT_0)), fold(one, first));
        const there = second.reduce<unknown>((total, n) => aggregator.add(total, one.extract({ n }, AT_0)), stored(one, fold(one, first)));
        expect(there).toEqual(here);
        expect(stored(one, here)).toEqual(here);
      }));
    });

    it('is the same for a whole and for its merged parts', () => {
      fc.assert(fc.property(numbers, numbers, (first, second) => {
        expect(aggregator.result(aggregator.merge(fold(one, first), fold(one, second)))).toEqual(aggregator.result(fold(one, [...first, ...second])));
      }));
    });

    it('is not changed by an empty part', () => {
      const whole = fold(one, [5, 10]);
      expect(aggregator.merge(whole, aggregator.init())).toEqual(whole);
      expect(stored(one, aggregator.init())).toEqual(aggregator.init());
    });
  });

  it.each(['5', null, undefined, NaN, Infinity, -Infinity, {}])('sum, min, max and mean refuse %p in place of a number', (n) => {
    for (const one of [sum('n'), min('n'), max('n'), mean('n')]) {
      expect(() => one.extract({ n: n as number }, AT_0)).toThrow(expect.objectContaining({ kind: 'data', code: 'NOT_A_NUMBER' }));
    }
  });

  it('have no least, most and mean before the first record', () => {
    for (const one of [min('n'), max('n'), mean('n')]) expect(one.aggregator.result(one.aggregator.init())).toBeUndefined();
  });
});
