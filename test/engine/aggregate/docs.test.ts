import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as engine from '../../../engine/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const guide = readFileSync(join(root, 'docs/aggregates.md'), 'utf8');

it('the guide names no aggregate that does not exist, and leaves none out', () => {
  const named = [...guide.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) =>
    [...(cell ?? '').matchAll(/`([a-zA-Z]+)\(/g)].map(([, name]) => name ?? ''),
  );
  const sources = ['aggregates', 'variance', 'taking', 'distinct', 'quantile', 'histogram', 'custom']
    .map((file) => readFileSync(join(root, `engine/aggregate/${file}.ts`), 'utf8'))
    .join('\n');
  const exported = [...sources.matchAll(/^export function (\w+)/gm)].map(([, name]) => name ?? '');
  expect([...named].sort()).toEqual([...exported].sort());
  expect(Object.keys(engine)).toEqual(expect.arrayContaining(exported));
});

it('the guide’s examples are those that the compiler and the tests know', () => {
  const snippets = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, body]) => body ?? '');
  const known = ['test/types/aggregates.test.ts', 'test/engine/aggregate/custom.test.ts']
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  expect(snippets).toHaveLength(2);
  const lines = snippets
    .join('')
    .split('\n')
    .map((line) => line.trim());
  expect(lines.filter((line) => !known.includes(line))).toEqual([]);
});
