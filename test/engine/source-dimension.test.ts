import { describe, expect, it } from '@jest/globals';
import { sourceDimension } from '../../engine/metrics.ts';

describe('the dimension of a source', () => {
  it('is that of its pipeline for the first one, and has the name of a further one', () => {
    expect([sourceDimension('turnover', ''), sourceDimension('turnover', 'refunds')]).toEqual([
      'turnover',
      'turnover/refunds',
    ]);
  });

  it('is no longer than CloudWatch lets it be', () => {
    expect(sourceDimension('turnover', 'r'.repeat(249))).toBe(`turnover/${'r'.repeat(246)}`);
  });
});
