import { describe, expect, it } from '@jest/globals';
import { interleaving } from '../../interleavings/interleaving.ts';

/** `npm run interleavings` has as many as one likes. */
const SEEDS = 150;

describe('rows that overtake each other', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))('lead to the same results: seed %i', async (seed) => {
    const { actual, expected } = await interleaving(seed);
    expect(actual).toEqual(expected);
  });
});
