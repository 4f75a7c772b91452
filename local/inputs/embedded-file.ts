import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of the package `vega-datasets`, which exports its module only: the data lies beside its folder. */
export function embeddedFile(name: string): string {
  const main = createRequire(import.meta.filename).resolve('vega-datasets');
  return join(dirname(main), '..', 'data', name);
}
