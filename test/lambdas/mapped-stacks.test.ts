import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-stacks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCE = `import ${JSON.stringify(join(import.meta.dirname, '../../lambdas/mapped-stacks.ts'))};
class Refused extends Error { override name = 'Refused'; }
export function refuse(): never {
  throw new Refused('no');
}
`;

/** The stack of the error that the bundled source throws. */
function stackOf(sourcemap: boolean): string {
  writeFileSync(join(folder, 'orders.ts'), SOURCE);
  const outfile = join(folder, 'orders.mjs');
  buildSync({
    entryPoints: [join(folder, 'orders.ts')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    tsconfigRaw: {},
    ...(sourcemap ? { sourcemap: 'linked' as const } : {}),
  });
  if (!sourcemap) rmSync(`${outfile}.map`, { force: true });
  const script = `const { refuse } = await import(${JSON.stringify(`file://${outfile}`)});
    try { refuse(); } catch (error) { console.log(error.stack); }`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

describe('the stack trace of an error in a bundle', () => {
  it('names the file, line and column of the source', () => {
    expect(stackOf(true)).toMatch(/^Refused: no\n {4}at .*\(?orders\.ts:4:9\)?\n/);
  });

  it('names the place in the bundle where the map is not there', () => {
    expect(stackOf(false)).toMatch(/^Refused: no\n {4}at .*orders\.mjs:\d+:\d+\)?\n/);
  });
});
