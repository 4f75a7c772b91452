import { describe, expect, it } from '@jest/globals';
import { count } from '../../../engine/aggregate/aggregates.ts';
import { requireRowFits } from '../../../engine/aggregate/row-size.ts';
import { collect } from '../../../engine/aggregate/taking.ts';

describe('a row of results', () => {
  const half = { name: 'pages', aggregate: collect('page', { maxItems: 190 }) };

  it('may be as large as the table takes', () => {
    expect(() => requireRowFits([half, { name: 'n', aggregate: count() }])).not.toThrow();
  });

  it('is refused when its aggregates together could outgrow the table', () => {
    expect(() => requireRowFits([half, { ...half, name: 'more' }, { name: 'n', aggregate: count() }])).toThrow(
      'bytes of the aggregates of one row must be at most 380000, got 389664; lower the bounds of "pages", which may take 194819',
    );
  });
});
