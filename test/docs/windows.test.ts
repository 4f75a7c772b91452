import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline } from '../../engine/index.ts';
import { snippetsOf, storiesOf, told } from './stories.ts';
import * as examples from './windows-examples.ts';

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'windows.md'), 'utf8');
const code = readFileSync(join(import.meta.dirname, 'windows-examples.ts'), 'utf8');

describe('the guide to windows', () => {
  const stories = storiesOf(guide);

  it('shows code that compiles', () => {
    const snippets = snippetsOf(guide);
    expect(snippets.length).toBeGreaterThan(10);
    for (const snippet of snippets)
      expect(code).toContain(snippet.replace(/^const (?!readings|Reading)/gm, 'export const '));
  });

  it.each(stories.map((story, i) => [i + 1, story.name, story] as const))(
    'tells in story %d, of %s, what happens',
    (_, name, { lines }) => {
      const { topology } = (examples as Readonly<Record<string, Pipeline>>)[name] as Pipeline;
      expect(told(topology, lines)).toEqual(lines);
    },
  );

  it('has a story for each pipeline that it shows, but those of the calendar', () => {
    expect(new Set(stories.map(({ name }) => name))).toEqual(
      new Set(Object.keys(examples).filter((name) => name !== 'berlin')),
    );
  });
});
