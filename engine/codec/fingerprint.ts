import { createHash } from 'node:crypto';
import { nameOfSource } from '../plan/source.ts';
import type { Topology } from '../topology.ts';

/** What the stored state depends on, as text that people can compare (PL-30). */
export function stateSchemaOf({
  keyFields,
  operators,
  tables,
  receivesFrom,
  sentBy,
  sendsTo,
  sources,
}: Pick<
  Topology,
  'keyFields' | 'operators' | 'tables' | 'receivesFrom' | 'sentBy' | 'sendsTo' | 'sources'
>): readonly string[] {
  // Waited for less, what an operator still holds would come too late to the next one, here or behind the exchange.
  const delays = operators
    .slice(0, sendsTo === undefined ? -1 : undefined)
    .filter(({ delayMs }) => delayMs > 0)
    .map(({ id, delayMs }) => `${id} waited for: ${delayMs}`);
  return [
    ...(sendsTo === undefined || operators.length > 0 ? [`key: ${keyName(keyFields, receivesFrom)}`] : []),
    // Code that does not know an exchange would commit records without their rows.
    ...(sendsTo === undefined ? [] : [`exchange ${sendsTo.id}: ${keyName(sendsTo.keyFields, sendsTo)}`]),
    // Receivers begin with the partitions of all sources, and would never read those of one that comes later.
    ...(sources.length > 1 && sentBy.length === 0 ? [`union: ${sources.map(nameOfSource).sort().join(', ')}`] : []),
    ...operators.flatMap(({ schema }) => schema),
    ...delays,
    ...tables.map(({ name }) => `table: ${name}`),
  ];
}

/** A field and a function of one name are two keys. */
function keyName(keyFields: readonly string[], exchange: Topology['sendsTo']): string {
  const right = exchange?.rightKeyFields === undefined ? '' : ` = ${exchange.rightKeyFields.join(', ')}`;
  return `${exchange?.isComputed === true ? 'computed ' : ''}${keyFields.join(', ')}${right}`;
}

/** A short hash of the state schema. */
export function fingerprintOf(schema: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('base64url').slice(0, 16);
}
