import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFigures, type Measured } from '../../bench/figures/page.ts';
import { tidemark } from '../e2e/command.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/performance.md');
const figures = JSON.parse(read('docs/performance.json')) as Record<string, Measured>;

describe('the page about performance', () => {
  it('has the figures that were measured last, and no other table of figures', () => {
    expect(withFigures(page, Object.values(figures))).toBe(page);
    expect(page.match(/^\|---\|---\|---\|---\|$/gm)).toHaveLength(1);
  });

  it('says of each figure by which command it was measured, and that command exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const { command, rows } of Object.values(figures)) {
      expect(Object.keys(scripts)).toContain(/^npm run ([\w:]+)/.exec(command)?.[1]);
      expect(rows.length).toBeGreaterThan(5);
      for (const { what, median } of rows)
        expect({ what, median }).toEqual({ what, median: expect.stringMatching(/\d/) });
    }
    const named = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('says from which load on Flink is cheaper, with the rate of a KPU beside it, as the command does', () => {
    const [, command = '', lines = ''] = /```sh\nnpx tidemark (cost .*)\n```\n\n```text\n([^]*?)```/.exec(page) ?? [];
    const { stdout, status } = tidemark(...command.split(' '));
    expect(status).toBe(0);
    expect(stdout).toContain(lines);
    const rates = [...lines.matchAll(/^ {2}Managed Flink is cheaper .*\(at ([\d,]+) events\/s a KPU/gm)];
    expect(rates.map(([, rate]) => rate)).toEqual(['10,000', '100,000']);
  });

  it('is refused where the page has no place for the figures', () => {
    expect(() => withFigures('text', [])).toThrow('once');
  });
});
