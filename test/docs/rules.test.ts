import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const rules = text('docs/rules.md');
const defined = [...rules.matchAll(/^\*\*(PL-\d+)\. /gm)].map(([, rule]) => rule as string);
const FOLDERS = [
  'adapters',
  'bench',
  'bin',
  'docs',
  'engine',
  'lambdas',
  'lib',
  'local',
  'operate',
  'pipelines',
  'test',
  'testing',
  'types',
];
const itself = ['docs/rules.md', 'test/docs/rules.test.ts'];
const sources = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{ts,js,md}`, { cwd: root })).filter(
  (file) => !itself.includes(file),
);

describe('the rules', () => {
  const cited = new Map(
    sources.flatMap((file) => [...text(file).matchAll(/PL-\d+/g)].map(([rule]) => [rule, file] as const)),
  );

  it('define each number once, in their order', () => {
    const numbers = defined.map((rule) => Number(rule.slice(3)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.length).toBeGreaterThan(25);
  });

  it('define each number that is cited', () => {
    expect([...cited].filter(([rule]) => !defined.includes(rule))).toEqual([]);
  });

  it('are each cited by the code or a test', () => {
    expect(defined.filter((rule) => !cited.has(rule))).toEqual([]);
  });

  it('refer to files that exist', () => {
    const files = [...rules.matchAll(/\]\(([^)#]+)\)/g)].map(([, file]) => file as string);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(root, 'docs', file)))).toEqual([]);
  });
});

describe('the glossary', () => {
  it('is in the order of its words, each once', () => {
    const words = [...text('docs/glossary.md').matchAll(/^\| \*\*([^*]+)\*\* \|/gm)].map(([, word]) => word as string);
    expect(words.length).toBeGreaterThan(30);
    expect(words).toEqual([...new Set(words)].sort((a, b) => a.localeCompare(b)));
  });
});
