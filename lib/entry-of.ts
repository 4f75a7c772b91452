import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionSites } from '../engine/dsl/definition-site.ts';
import { TidemarkError } from '../engine/errors.ts';

/**
 * Absolute path of the module that defines a pipeline: as given, or where it was defined.
 *
 * @throws UNKNOWN_ENTRY (invalid) when nobody can tell
 */
export function entryOf(
  name: string,
  entry: string | undefined,
  sites: readonly string[] = definitionSites(name),
): string {
  if (entry !== undefined) return resolve(entry);
  const [only, ...more] = sites;
  if (only !== undefined && more.length === 0) return only.startsWith('file:') ? fileURLToPath(only) : only;
  throw new TidemarkError(
    'invalid',
    'UNKNOWN_ENTRY',
    `pipeline ${name} must be defined in one module, got ${JSON.stringify(sites)}; pass entry, the path of the module whose default export it is`,
  );
}
