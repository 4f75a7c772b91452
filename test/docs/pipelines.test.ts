import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(root, 'docs', 'pipelines.md'), 'utf8');
const files = readdirSync(join(root, 'pipelines'));
const names = files.map((file) => file.replace(/\.(ts|sql)$/, ''));
const sources = files.map((file) => readFileSync(join(root, 'pipelines', file), 'utf8'));

describe('docs/pipelines.md', () => {
  it('shows the pipelines as they are', () => {
    const snippets = [...guide.matchAll(/```ts\n([^]*?)\n```/g)].map(([, code]) => code as string);
    expect(snippets).toHaveLength(3);
    expect(snippets.filter((snippet) => !sources.some((source) => source.includes(snippet)))).toEqual([]);
  });

  it('tells of every pipeline', () => {
    expect(names.filter((name) => !guide.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
