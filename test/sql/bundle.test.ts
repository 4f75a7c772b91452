import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleHandlers } from '../../lambdas/bundle.ts';
import { importPipeline, pipelineFile, pipelineNames } from '../../lambdas/pipeline-module.ts';
import { loadPipelines } from '../../lib/load-pipelines.ts';

const MAX_BYTES = 63 * 1_024;
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-sql-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a file of SQL as a pipeline', () => {
  it('is in the bundle of its functions, as text, under the name of its file', () => {
    const outDir = join(scratch, 'bundle');
    const { inputs } = bundleHandlers({
      handlers: ['process-kinesis', 'tick'],
      pipelineFile: 'pipelines/busy-airports.sql',
      outDir,
    });
    expect(inputs).toEqual(expect.arrayContaining(['pipelines/busy-airports.sql', 'sql/sql.ts']));
    const code = readdirSync(outDir)
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => readFileSync(join(outDir, file), 'utf8'))
      .join('\n');
    expect(code).toContain('INSERT INTO busy_airports');
    expect(code).toContain('"busy-airports"');
  });

  it('leaves functions of other pipelines without SQL', () => {
    const { inputs } = bundleHandlers({
      handlers: ['process-kinesis'],
      pipelineFile: 'pipelines/flights.ts',
      outDir: join(scratch, 'flights'),
    });
    expect(inputs.filter((file) => file.startsWith('sql/'))).toEqual([]);
  });

  it('takes 63 KB of a bundle beside the engine at most', () => {
    const { metafile } = buildSync({
      entryPoints: ['sql/index.ts'],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      write: false,
      metafile: true,
    });
    const [output] = Object.values(metafile.outputs);
    const own = Object.entries(output?.inputs ?? {}).filter(([file]) => file.startsWith('sql/'));
    const bytes = own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('is found by its name, loaded, and deployed as a module is', async () => {
    const folder = join(scratch, 'pipelines');
    cpSync('pipelines/busy-airports.sql', join(folder, 'busy-airports.sql'));
    expect(pipelineNames(folder)).toEqual(['busy-airports']);
    const file = join(folder, 'busy-airports.sql');
    expect((await importPipeline(file)).topology.name).toBe('busy-airports');
    expect(await loadPipelines('all', { folder })).toMatchObject([{ name: 'busy-airports', file }]);
    writeFileSync(join(folder, 'busy-airports.ts'), 'export default 1;\n');
    expect(() => pipelineFile(folder, 'busy-airports')).toThrow(
      expect.objectContaining({ code: 'NAME_TAKEN' }) as never,
    );
  });
});
