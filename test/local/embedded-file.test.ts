import { expect, it } from '@jest/globals';
import { embeddedFile } from '../../local/inputs/embedded-file.ts';

it('says which package to install when the data of the demo are not there', () => {
  const missing = (): string => {
    throw Object.assign(new Error("Cannot find module 'vega-datasets'"), { code: 'MODULE_NOT_FOUND' });
  };
  expect(() => embeddedFile('flights-3m.parquet', missing)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      code: 'PACKAGE_MISSING',
      message:
        'the package vega-datasets must be installed to read its flights-3m.parquet, got none; run npm install --save-dev vega-datasets, or give records of your own with --input',
    }),
  );
});
