import { createHash } from 'node:crypto';
import type { Topology } from '../dsl/topology.ts';

/** What the stored state depends on, as text that people can compare: a change of any line makes old state unreadable (PL-30). */
export function stateSchemaOf({ keyField, window, allowedLatenessMs, aggregates }: Topology): readonly string[] {
  return [
    `key: ${keyField}`,
    `window: ${window.descriptor}`,
    `allowedLatenessMs: ${allowedLatenessMs}`,
    ...aggregates.map(({ name, aggregate }) => `aggregate ${name}: ${aggregate.descriptor}`),
  ];
}

/** A short hash of the state schema. */
export function fingerprintOf(schema: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('base64url').slice(0, 16);
}
