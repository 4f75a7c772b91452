import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { placesOf } from './edit.ts';
import { MUTANTS } from './mutants.ts';

const root = resolve(__dirname, '../../..');

describe('the planted bugs', () => {
  it('all have a name of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  // Whoever changes the code below a planted bug learns it here, and plants it anew.
  it.each(MUTANTS)('can be planted where the sources are now: $name', ({ edits }) => {
    const places = edits.map(({ file, find }) => [file, placesOf(readFileSync(join(root, file), 'utf8'), find).length]);
    expect(places).toEqual(edits.map(({ file }) => [file, 1]));
  });

  it.each(MUTANTS.flatMap(({ name, foundBy }) => (foundBy === undefined ? [] : [{ name, ...foundBy }])))(
    'names a test that is there: $name',
    ({ file, test }) => {
      expect(test.length).toBeGreaterThan(10);
      expect(readFileSync(join(root, file), 'utf8')).toContain(test);
    },
  );
});
