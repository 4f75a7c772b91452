import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The lines of the table: number, and where it is shown or why not. */
const LINES = [
  ...readFileSync(join(ROOT, 'docs/regressions.md'), 'utf8').matchAll(/^\| R-(\d+) \|.*\| ([^|]+) \|$/gm),
].map(([, number, shownBy]) => ({ number: Number(number), shownBy: shownBy as string }));

const isScenario = ({ shownBy }: { readonly shownBy: string }): boolean => shownBy.startsWith('`');

/** Numbers with which tests of this file begin. */
function numbersIn(path: string): number[] {
  return [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^\s+it\('R-(\d+) /gm)].map(([, number]) =>
    Number(number),
  );
}

describe('the list of failures that others had', () => {
  it('is complete: 1 to 58, each once', () => {
    expect(LINES.map(({ number }) => number)).toEqual(Array.from({ length: 58 }, (_, i) => i + 1));
  });

  it.each(LINES.filter(isScenario))(
    'names a file in which a test begins with its number: R-$number',
    ({ number, shownBy }) => {
      expect(numbersIn(shownBy.replaceAll('`', ''))).toContain(number);
    },
  );

  it.each(LINES.filter((line) => !isScenario(line)))('says why it does not apply: R-$number', ({ shownBy }) => {
    expect(shownBy).toMatch(/^does not apply( yet)?: .{20,}/);
  });
});

describe('the list of failures that Tidemark had', () => {
  const [, own = ''] = readFileSync(join(ROOT, 'docs/regressions.md'), 'utf8').split(
    '\n# Failures that Tidemark had\n',
  );
  const lines = own
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split(' | '));

  it('has lines', () => {
    expect(lines.length).toBeGreaterThan(0);
  });

  it.each(lines.map((cells) => [cells[0]?.slice(2), cells.at(-1)]))(
    'names a test that is there: %s',
    (_, shownBy = '') => {
      const path = /^`(test\/\S+\.test\.ts)` \|$/.exec(shownBy)?.[1] ?? '';
      expect([path, existsSync(join(ROOT, path))]).toEqual([expect.stringMatching(/^test/), true]);
    },
  );
});
