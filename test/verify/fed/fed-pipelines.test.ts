import { expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Pipeline } from '../../../engine/index.ts';
import { FED } from './fed-pipelines.ts';

const FOLDER = resolve(import.meta.dirname, '../../../pipelines');

it('every pipeline in TypeScript that reads from a stream and gives the same bytes each time is also run from a topic, and compared', async () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.map(async (file) => ({
      name: basename(file, '.ts'),
      pipeline: ((await import(resolve(FOLDER, file))) as { readonly default: Pipeline }).default,
    })),
  );
  const fromStreams = modules
    .filter(({ pipeline }) => pipeline.topology.source.kind === 'kinesis')
    // Behind an exchange the number of a revision depends on which sender came first.
    .filter(({ pipeline }) => pipeline.topology.sendsTo === undefined)
    .map(({ name }) => name);
  expect(fromStreams.length).toBeGreaterThan(3);
  expect(Object.keys(FED).sort()).toEqual(fromStreams.sort());
});
