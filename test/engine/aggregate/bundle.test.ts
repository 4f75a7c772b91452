import { describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** Files of the aggregates that a pipeline with this import gets into its function. */
function bundled(names: string): string[] {
  const { metafile } = buildSync({
    stdin: {
      contents: `import { ${names} } from './engine/index.ts'; console.log(${names});`,
      resolveDir: root,
      loader: 'ts',
    },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    tsconfigRaw: {},
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([file, { bytesInOutput }]) => file.startsWith('engine/aggregate/') && bytesInOutput > 0)
    .map(([file]) => file.slice('engine/aggregate/'.length))
    .sort();
}

describe('the function of a pipeline', () => {
  it('carries the aggregates that the pipeline uses, and none of the others', () => {
    expect(bundled('sum')).toEqual([
      'aggregate.ts',
      'aggregates.ts',
      'aggregators.ts',
      'exact-quotient.ts',
      'exact-sum.ts',
      'fields.ts',
    ]);
    expect(bundled('quantile').filter((file) => !bundled('sum').includes(file))).toEqual([
      'json-value.ts',
      'quantile-sketch.ts',
      'quantile.ts',
      'sorted.ts',
    ]);
  });
});
