import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tidemark } from './e2e/command.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const fenced = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, body]) => body ?? '');

describe('the README', () => {
  it('begins with the two commands of the set-up', () => {
    expect(
      fenced('sh')[0]
        ?.split('\n')
        .map((line) => line.replace(/\s*#.*/, '')),
    ).toEqual(['npm ci && npm start', 'npm ci && npm test', '']);
  });

  it('shows pipelines as they are', () => {
    const pipelines = readdirSync(join(root, 'pipelines')).map((file) => read(`pipelines/${file}`));
    expect(fenced('ts').length).toBeGreaterThan(0);
    for (const snippet of fenced('ts'))
      expect({ snippet, isThere: pipelines.some((source) => source.includes(snippet.trimEnd())) }).toEqual({
        snippet,
        isThere: true,
      });
  });

  it('has the cost at rest that explain says', () => {
    const [cost = 'none', stream = 'none'] =
      /At rest a pipeline costs (\$[\d.]+) a month, (\$[\d.]+) of/.exec(readme)?.slice(1) ?? [];
    expect(read('docs/plans.md')).toContain(`at rest: ${cost}* a month (Kinesis ${stream},`);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('names commands that exist', () => {
    const { stdout } = tidemark('--help');
    const named = [...readme.matchAll(/npx tidemark ([a-z][\w-]*)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(stdout).toMatch(new RegExp(`^\\s+${name}\\b`, 'm'));
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
    for (const path of links) expect({ path, exists: existsSync(join(root, path)) }).toEqual({ path, exists: true });
  });
});
