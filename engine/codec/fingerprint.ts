import { createHash } from 'node:crypto';
import type { Topology } from '../dsl/topology.ts';

/** What the stored state depends on, as text that people can compare (PL-30). */
export function stateSchemaOf({ keyFields, operators, tables }: Pick<Topology, 'keyFields' | 'operators' | 'tables'>): readonly string[] {
  return [`key: ${keyFields.join(', ')}`, ...operators.flatMap(({ schema }) => schema), ...tables.map(({ name }) => `table: ${name}`)];
}

/** A short hash of the state schema. */
export function fingerprintOf(schema: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('base64url').slice(0, 16);
}
