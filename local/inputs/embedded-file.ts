import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';
import { hasCode } from '../storage/json-file.ts';

/**
 * A file of the package `vega-datasets`, which exports its module only: the data lies beside its folder.
 *
 * @throws PACKAGE_MISSING (invalid) when the package is not installed: it is 42 MB, and only the demo needs it
 */
export function embeddedFile(
  name: string,
  resolve: (name: string) => string = createRequire(import.meta.filename).resolve,
): string {
  try {
    return join(dirname(resolve('vega-datasets')), '..', 'data', name);
  } catch (cause) {
    if (!hasCode(cause, 'MODULE_NOT_FOUND')) throw cause;
    throw new TidemarkError(
      'invalid',
      'PACKAGE_MISSING',
      `the package vega-datasets must be installed to read its ${name}, got none; run npm install --save-dev vega-datasets, or give records of your own with --input`,
      { cause },
    );
  }
}
