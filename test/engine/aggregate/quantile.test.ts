import { DDSketch } from '@datadog/sketches-js';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { quantile, quantiles } from '../../../engine/aggregate/quantile.ts';
import { Bins, SMALLEST } from '../../../engine/aggregate/quantile-sketch.ts';
import { at, bytesOf, fold, keepsTheContract, resultOf } from './contract.ts';

const rows = (numbers: readonly number[]) => numbers.map((n, i) => at(i, { n }));
const positive = fc.oneof(
  fc.double({ min: 1e-8, max: 9e17, noNaN: true }),
  fc.double({ min: 0.01, max: 1_000, noNaN: true }),
  fc.integer({ min: 1, max: 100 }),
);
const number = fc.oneof(
  positive,
  positive.map((n) => -n),
  fc.constantFrom(0, -0),
);
const row = number.map((n) => ({ n }));

keepsTheContract('quantile', quantile('n', 0.9), row);
keepsTheContract(
  'quantiles',
  quantiles('n', { least: 0, median: 0.5, p99: 0.99, most: 1 }, { relativeAccuracy: 0.05 }),
  row,
);

const share = fc.double({ min: 0, max: 1, noNaN: true });
const accuracy = fc.double({ min: 0.001, max: 0.25, noNaN: true });

describe('quantile', () => {
  it('is no further from the number at its place than the accuracy says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(number, fc.constantFrom(SMALLEST, -SMALLEST)), { minLength: 1, maxLength: 60 }),
        share,
        accuracy,
        (list, q, relativeAccuracy) => {
          const exact = [...list].sort((a, b) => a - b)[Math.floor(q * (list.length - 1))] as number;
          const result = resultOf(quantile('n', q, { relativeAccuracy }), rows(list)) as number;
          // 1e-9 more for the logarithm, which is itself rounded.
          expect(Math.abs(result - exact)).toBeLessThanOrEqual(Math.abs(exact) * (relativeAccuracy + 1e-9));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is what the sketch of others says', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), share, accuracy, (list, q, relativeAccuracy) => {
        const theirs = new DDSketch({ relativeAccuracy });
        for (const n of list) theirs.accept(n);
        const expected = theirs.getValueAtQuantile(q);
        const result = resultOf(quantile('n', q, { relativeAccuracy }), rows(list)) as number;
        // On the border of two bins the last bit of a logarithm decides.
        const bins = new Bins(relativeAccuracy);
        expect(Math.abs(bins.of(result) - bins.of(expected))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('has 0 for numbers near to it, and nothing before the first record', () => {
    expect(resultOf(quantile('n', 0.5), rows([9e-10, -9e-10, -0]))).toBe(0);
    expect(resultOf(quantile('n', 0.5), [])).toBeUndefined();
    expect(resultOf(quantiles('n', { median: 0.5 }), [])).toBeUndefined();
  });

  it('takes few bytes: at most two for each bin of few numbers', () => {
    const minutes = Array.from({ length: 10_000 }, (_, i) => 1 + ((i * 7919) % 600));
    const bytes = bytesOf(
      quantile('n', 0.5),
      minutes.reduce<unknown>(
        (state, n) => quantile('n', 0.5).aggregator.add(state, quantile('n', 0.5).extract({ n }, { eventTimeMs: 0 })),
        quantile('n', 0.5).aggregator.init(),
      ),
    );
    expect(bytes.length).toBeLessThan(800);
  });

  it.each([1e18, -1e18, Infinity, NaN, '5'])('refuses %p, as a fault of the data', (n) => {
    expect(() => fold(quantile('n', 0.5), rows([n as number]))).toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it.each([
    [
      'a quantile above 1',
      () => quantile('n', 95),
      'quantile must be a number in [0, 1], got 95; pass 0.95 for the 95th percentile',
    ],
    [
      'a quantile below 0',
      () => quantiles('n', { p5: -0.05 }),
      'p5 must be a number in [0, 1], got -0.05; pass 0.95 for the 95th percentile',
    ],
    [
      'no quantile',
      () => quantiles('n', {}),
      'quantiles must be 1 to 100, each with a name, got []; pass { median: 0.5, p99: 0.99 }',
    ],
    [
      'a finer accuracy than 0.001',
      () => quantile('n', 0.5, { relativeAccuracy: 0.0001 }),
      'relativeAccuracy must be a number in [0.001, 0.25], got 0.0001; leave it out for 0.01',
    ],
  ])('refuses %s', (_, define, message) => {
    expect(define).toThrow(message);
  });
});

describe('quantiles', () => {
  it('are those that one by one would be', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 30 }), (list) => {
        const { median, p99 } = resultOf(quantiles('n', { median: 0.5, p99: 0.99 }), rows(list)) ?? {};
        expect([median, p99]).toEqual([0.5, 0.99].map((q) => resultOf(quantile('n', q), rows(list))));
      }),
    );
  });
});

describe('a bin', () => {
  it('is larger for a larger number, and stands for a number that is in it', () => {
    fc.assert(
      fc.property(number, number, accuracy, (a, b, relativeAccuracy) => {
        const bins = new Bins(relativeAccuracy);
        if (a < b) expect(bins.of(a)).toBeLessThanOrEqual(bins.of(b));
        expect(bins.of(bins.valueOf(bins.of(a)))).toBe(bins.of(a));
      }),
      { numRuns: 1_000 },
    );
  });
});
