import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleHandlers, moduleFile } from '../../lambdas/bundle.ts';

const fixture: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ type: 'module', imports: { '#pipeline': './pipelines/default.ts' } }),
  'lambdas/process-kinesis/handler.ts':
    "import os from 'legacy-os';\nimport pipeline from '#pipeline';\nexport const handler = (): string => `${pipeline.name} on ${os()}`;\n",
  'pipelines/default.ts': "export default { name: 'default' };\n",
  'pipelines/orders.ts': "import { name } from './shared.ts';\nexport default { name };\n",
  'pipelines/shared.ts':
    "/*! licence */\nclass Named { name = 'orders' }\nexport const { name }: Named = new Named();\n",
  'pipelines/lazy.ts': "export default { name: 'lazy', later: async () => (await import('./heavy.ts')).heavy };\n",
  'pipelines/heavy.ts': "export const heavy = 'a heavy client';\n",
  'pipelines/broken.ts': "import { nothing } from './nowhere.ts';\nexport default nothing;\n",
  'node_modules/legacy-os/package.json': JSON.stringify({ name: 'legacy-os', main: 'index.js' }),
  'node_modules/legacy-os/index.js': "module.exports = () => require('os').EOL.length;\n",
};

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-bundle-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function checkout(folder: string): string {
  const rootDir = join(scratch, folder);
  for (const [file, text] of Object.entries(fixture)) {
    mkdirSync(dirname(join(rootDir, file)), { recursive: true });
    writeFileSync(join(rootDir, file), text);
  }
  return rootDir;
}

function bundle(rootDir: string, pipeline: string, outDir = join(rootDir, 'dist')) {
  const { inputs, startBytes } = bundleHandlers({
    handlers: ['process-kinesis'],
    pipelineFile: `pipelines/${pipeline}.ts`,
    outDir,
    rootDir,
  });
  return { inputs, startBytes: startBytes['process-kinesis'], file: join(outDir, moduleFile('process-kinesis')) };
}

const bytes = (file: string): { code: string; map: string } => ({
  code: readFileSync(file, 'utf8'),
  map: readFileSync(`${file}.map`, 'utf8'),
});

describe('bundleHandlers', () => {
  it('puts the given pipeline in place of the default one, and nothing of the others', () => {
    const { inputs } = bundle(checkout('one'), 'orders');
    expect(inputs).toEqual([
      'lambdas/process-kinesis/handler.ts',
      'node_modules/legacy-os/index.js',
      'pipelines/orders.ts',
      'pipelines/shared.ts',
    ]);
  });

  it('puts no pipeline into the function that looks after topics', () => {
    const { inputs } = bundleHandlers({ handlers: ['kafka-topic'], outDir: join(scratch, 'topic') });
    expect(inputs).toContain('lambdas/kafka-topic/handler.ts');
    expect(inputs.filter((file) => /^(pipelines|engine\/(?!errors))/.test(file))).toEqual([]);
  });

  it('gives an ES module that Node loads, with CommonJS dependencies that require a module of Node', () => {
    const { file } = bundle(checkout('runs'), 'orders');
    const script = `import(${JSON.stringify(file)}).then((m) => console.log(m.handler()))`;
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).trim()).toBe(
      'orders on 1',
    );
  });

  it('gives the same bytes in two checkouts of different depth', () => {
    const near = bundle(checkout('near'), 'orders');
    const far = bundle(checkout('a/far/away'), 'orders');
    expect(bytes(far.file)).toEqual(bytes(near.file));
  });

  it('gives the same bytes into any output folder', () => {
    const rootDir = checkout('out');
    const inside = bundle(rootDir, 'orders');
    const outside = bundle(rootDir, 'orders', join(scratch, 'elsewhere/deep'));
    expect(bytes(outside.file)).toEqual(bytes(inside.file));
  });

  it('gives the same bytes whether or not the checkout has a tsconfig.json', () => {
    const plain = bundle(checkout('plain'), 'orders');
    const rootDir = checkout('configured');
    writeFileSync(
      join(rootDir, 'tsconfig.json'),
      '{ "compilerOptions": { "target": "es2015", "useDefineForClassFields": false } }',
    );
    expect(bytes(bundle(rootDir, 'orders').file)).toEqual(bytes(plain.file));
  });

  it('names only relative sources in its map, and keeps no licence comment', () => {
    const { file, startBytes } = bundle(checkout('map'), 'orders');
    const { code, map } = bytes(file);
    expect(map).toContain('"pipelines/orders.ts"');
    expect(map).not.toMatch(/"(\.\.|\/)/);
    expect(code).not.toContain('licence');
    expect(code).not.toContain(scratch);
    expect(code).toContain('sourceMappingURL=process-kinesis.mjs.map');
    expect(startBytes).toBe(Buffer.byteLength(code));
  });

  it('keeps what is imported later in a file of its own, which a newer bundle takes away', () => {
    const rootDir = checkout('lazy');
    const { file, startBytes } = bundle(rootDir, 'lazy');
    const modules = (): string[] => readdirSync(dirname(file)).filter((name) => name.endsWith('.mjs'));
    const sizeOf = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + readFileSync(join(dirname(file), name)).length, 0);
    const heavy = modules().filter((name) =>
      readFileSync(join(dirname(file), name), 'utf8').includes('a heavy client'),
    );
    expect(heavy).toEqual([expect.stringMatching(/^heavy-[A-Z0-9]{8}\.mjs$/)]);
    expect(startBytes).toBe(sizeOf(modules()) - sizeOf(heavy));
    bundle(rootDir, 'orders');
    expect(modules()).toEqual(['process-kinesis.mjs']);
  });

  it('keeps what several handlers share once', () => {
    const outDir = join(scratch, 'shared');
    const { startBytes } = bundleHandlers({
      handlers: ['process-kinesis', 'tick'],
      pipelineFile: 'pipelines/flights.ts',
      outDir,
    });
    const modules = readdirSync(outDir).filter((name) => name.endsWith('.mjs'));
    expect(modules).toEqual(expect.arrayContaining(['process-kinesis.mjs', 'tick.mjs']));
    const holders = modules.filter((name) =>
      readFileSync(join(outDir, name), 'utf8').includes('pipeline code must not throw'),
    );
    expect(holders).toHaveLength(1);
    for (const handler of ['process-kinesis', 'tick'] as const) expect(startBytes[handler]).toBeGreaterThan(100_000);
  });

  it('reports the first error of the sources in one TidemarkError', () => {
    const rootDir = checkout('broken');
    expect(() => bundle(rootDir, 'broken')).toThrow(
      expect.objectContaining({
        code: 'BUNDLE_FAILED',
        kind: 'invalid',
        message: expect.stringMatching(
          /^lambdas\/process-kinesis\/handler.ts with .*broken.ts must bundle without a report, got .*nowhere.* at pipelines\/broken.ts:1:24; correct that file$/,
        ),
      }),
    );
  });
});
