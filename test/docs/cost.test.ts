import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tidemark } from '../e2e/command.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');

/** Each `npx tidemark cost …` of a page, with what it is shown to print. */
const shown = ['cloud.md', 'exchange.md'].flatMap((page) =>
  [
    ...readFileSync(join(docs, page), 'utf8').matchAll(/```sh\nnpx tidemark (cost .*)\n```\n\n```text\n([^]*?)```/g),
  ].map(([, command = '', lines = '']) => ({ page, command, lines })),
);

describe('what the pages say that a load costs', () => {
  it('is shown by a command, on each of them', () => {
    expect(shown.map(({ page }) => page)).toEqual(['cloud.md', 'exchange.md', 'exchange.md']);
  });

  it.each(shown)('is what the command prints: $page, $command', ({ command, lines }) => {
    const { stdout, status } = tidemark(...command.split(' '));
    expect(status).toBe(0);
    expect(stdout).toContain(lines);
  });

  it('is refused with a remedy where a rate is no number', () => {
    const { stderr, status } = tidemark(
      'cost',
      'inbound',
      '--events-per-second',
      '5',
      '--keys',
      '1',
      '--rate',
      'long-haul',
    );
    expect(status).toBe(2);
    expect(stderr).toContain('rate must be <name>=<number in [0, 1000000]>, each name once, got "long-haul"');
  });

  it('takes a rate of each source, given one by one', () => {
    const { stdout, status } = tidemark(
      ...['cost', 'inbound', '--events-per-second', '5', '--keys', '1', '--json'],
      ...['--rate', 'long-haul=2', '--rate', 'short-haul=3', '--rows', 'by-destination=0.5'],
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      sources: [
        { name: 'short-haul', eventsPerSecond: 3 },
        { name: 'long-haul', eventsPerSecond: expect.closeTo(2, 9) },
      ],
      exchanges: [{ name: 'by-destination', rowsPerMonth: expect.closeTo(2.5 * 2_628_000, 3) }],
      againstFlink: [{ crossover: { eventsPerKpu: 10_000 } }, { crossover: { eventsPerKpu: 100_000 } }],
    });
  });
});
