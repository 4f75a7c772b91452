import { describe, expect, it } from '@jest/globals';
import { interleaving, type Keys } from '../../interleavings/interleaving.ts';

/** `npm run interleavings` has as many as one likes. */
const SEEDS: ReadonlyArray<readonly [Keys, number]> = [
  ['one exchange', 75],
  ['two exchanges', 50],
  ['an exchange behind a window', 30],
  ['receivers whose number changes', 50],
  ['two exchanges whose receivers change', 30],
  ['an exchange that is added', 75],
  ['a second exchange that is added', 50],
];

describe.each(SEEDS)('rows that overtake each other: %s', (keys, seeds) => {
  it.each(Array.from({ length: seeds }, (_, seed) => seed))('lead to the same results: seed %i', async (seed) => {
    const { actual, expected } = await interleaving(seed, keys);
    expect(actual).toEqual(expected);
  });
});
