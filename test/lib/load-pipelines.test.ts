import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';
import { loadPipelines } from '../../lib/load-pipelines.ts';
import { orders } from './synthesize.ts';

const plan = { name: 'orders', nodes: [] };

const modules: Readonly<Record<string, () => { readonly default?: unknown }>> = {
  'orders.ts': () => ({ default: { plan, topology: orders } }),
  'returns.ts': () => ({ default: { plan, topology: { ...orders, name: 'returns' } } }),
  'unfinished.ts': () => ({ default: Object.freeze({ to: () => undefined }) }),
  'nothing.ts': () => ({}),
  'renamed.ts': () => ({ default: { plan, topology: orders } }),
  'throws.ts': () => {
    throw new Error('no such schema');
  },
};

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-pipelines-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function folderWith(files: readonly string[]): string {
  const made = mkdtempSync(join(scratch, 'folder-'));
  for (const file of files) writeFileSync(join(made, file), '');
  return made;
}

const folder = folderWith(Object.keys(modules));

const importModule = async (file: string) => modules[basename(file)]?.() ?? {};
const load = (selection: string) => loadPipelines(selection, { folder, importModule });
const refusal = (selection: string): Promise<unknown> =>
  load(selection).then(
    () => 'loaded',
    (error: unknown) => error,
  );

describe('loadPipelines', () => {
  it('loads one by its name', async () => {
    expect(await load('orders')).toEqual([{ name: 'orders', file: join(folder, 'orders.ts'), topology: orders }]);
  });

  it('refuses the name that the stack of the cluster has', async () => {
    expect(await refusal('kafka')).toMatchObject({
      kind: 'invalid',
      code: 'NAME_RESERVED',
      message:
        'pipeline must have another name than the cluster\'s stack, got "kafka"; give module and pipeline another one',
    });
  });

  it('loads several in the given order, each once', async () => {
    expect((await load('returns, orders,returns')).map(({ name }) => name)).toEqual(['returns', 'orders']);
  });

  it('loads every module of the folder for all, by name', async () => {
    const tidy = folderWith(['returns.ts', 'orders.ts', 'notes.md', 'types.d.ts']);
    expect((await loadPipelines('all', { folder: tidy, importModule })).map(({ name }) => name)).toEqual([
      'orders',
      'returns',
    ]);
  });

  it('loads the pipelines of this project from its own folder', async () => {
    const asked: string[] = [];
    const spy = async (file: string) => (
      asked.push(basename(file)),
      { default: { plan, topology: { ...orders, name: 'flights' } } }
    );
    await loadPipelines('flights', { importModule: spy });
    expect(asked).toEqual(['flights.ts']);
  });

  it('lists the names there are when it does not know one', async () => {
    expect(await refusal('oders')).toMatchObject({
      code: 'UNKNOWN_PIPELINE',
      kind: 'invalid',
      message: `pipeline must be one of nothing, orders, renamed, returns, throws, unfinished, got "oders"; add ${folder}/oders.ts or .sql, or correct the name`,
    });
  });

  it('refuses a module without a default export', async () => {
    expect(await refusal('nothing')).toMatchObject({
      code: 'NOT_A_PIPELINE',
      message: `default export of ${folder}/nothing.ts must be a complete pipeline, got undefined; write export default pipeline('…') … .to(…)`,
    });
  });

  it('refuses a definition that stops before its sinks', async () => {
    expect(await refusal('unfinished')).toMatchObject({ code: 'NOT_A_PIPELINE' });
  });

  it('loads a pipeline that reads a topic as any other', async () => {
    const source = { kind: 'kafka', topic: 'orders' };
    const kafka = async () => ({ default: { plan, topology: { ...orders, source } } });
    expect(await loadPipelines('orders', { folder, importModule: kafka as typeof importModule })).toMatchObject([
      { name: 'orders', topology: { source } },
    ]);
  });

  it('refuses a pipeline under the name of another', async () => {
    expect(await refusal('renamed')).toMatchObject({
      code: 'NOT_A_PIPELINE',
      message: `pipeline of ${folder}/renamed.ts must be named renamed, got "orders"; name the file as the pipeline`,
    });
  });

  it('passes on what the definition refuses as it is', async () => {
    const invalid = async () =>
      Promise.reject(new TidemarkError('invalid', 'INVALID_SETTING', 'sizeMs must be above 0, got 0; pass hours(1)'));
    await expect(loadPipelines('orders', { folder, importModule: invalid })).rejects.toMatchObject({
      code: 'INVALID_SETTING',
    });
  });

  it('passes on why a module does not load', async () => {
    expect(await refusal('throws')).toMatchObject({
      code: 'BROKEN_PIPELINE',
      message: `${folder}/throws.ts must load, got "no such schema"; correct it`,
      cause: expect.objectContaining({ message: 'no such schema' }),
    });
  });
});
