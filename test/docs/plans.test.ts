import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tidemark } from '../e2e/command.ts';

const root = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(root, 'docs', 'plans.md'), 'utf8');
const blocks = [...guide.matchAll(/```(text|mermaid)\n([^]*?\n)```/g)].map(([, kind, block]) => ({ kind, block }));
const drawn = JSON.parse(
  execFileSync(process.execPath, [join(import.meta.dirname, 'draw-plans.ts')], { encoding: 'utf8' }),
) as Readonly<Record<string, string>>;

describe('the guide to plans', () => {
  it.each(Object.entries(drawn))('shows the plan of %s', (_name, plan) => {
    expect(blocks).toContainEqual({ kind: 'text', block: `${plan}\n` });
  });

  it('shows a plan as the command prints it', () => {
    const { stdout, status } = tidemark('explain', 'busiest');
    expect(status).toBe(0);
    expect(blocks).toContainEqual({ kind: 'text', block: stdout });
  });

  it('shows a flowchart as the command prints it', () => {
    expect(blocks).toContainEqual({ kind: 'mermaid', block: tidemark('explain', 'flights', '--mermaid').stdout });
  });

  it('says what --json has, and refuses it together with --mermaid', () => {
    const { pipeline, fragments, plan } = JSON.parse(tidemark('explain', 'flights', '--json').stdout) as {
      pipeline: string;
      fragments: Array<{ nodes: unknown[] }>;
      plan: { nodes: unknown[] };
    };
    expect(pipeline).toBe('flights');
    expect(fragments[0]?.nodes.length).toBe(plan.nodes.length);
    const refused = tidemark('explain', 'flights', '--json', '--mermaid');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('given without --mermaid')]);
  });
});
