import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JoinSteps, left, right, upTo } from '../engine/join/join-steps.ts';

const root = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(root, 'docs', 'joins.md'), 'utf8');
const pipeline = readFileSync(join(root, 'pipelines', 'orders.ts'), 'utf8');

const STORY = /```text\narrives +results\n([^]*?)```/;
const LINE =
  /^(?:order (?<order>\w+) at (?<at>\d+)|payment (?<paid>\w+) for (?<of>\w+) at (?<on>\d+)|watermark (?<to>\d+))/;

describe('the guide to joins', () => {
  it('shows code of the pipeline', () => {
    const snippets = [...guide.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code as string);
    expect(snippets).toHaveLength(1);
    expect(pipeline).toContain(snippets[0]);
  });

  it('tells what a join gives, line by line', () => {
    const lines = (STORY.exec(guide)?.[1] ?? '').trimEnd().split('\n');
    const steps = new JoinSteps({ kind: 'left', lowerMs: 0, upperMs: 15 });
    const told = lines.map((line) => {
      const { order, at, paid, of, on, to } = LINE.exec(line)?.groups ?? {};
      const given =
        order !== undefined
          ? left(order, Number(at), { key: order })
          : paid !== undefined
            ? right(paid, Number(on), { key: of as string })
            : upTo(Number(to));
      const [arrives] = LINE.exec(line) ?? [''];
      return `${arrives.padEnd(22)} ${steps.take(given).join(', ')}`.trimEnd();
    });
    expect(told.length).toBeGreaterThan(5);
    expect(told).toEqual(lines);
  });
});
