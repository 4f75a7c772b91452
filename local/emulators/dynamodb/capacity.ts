import { oneOf, type Members } from './request.ts';

/** Per KB of the larger, of an item and what it replaces. */
export function writeUnits(bytes: number, before = 0): number {
  return Math.max(1, Math.ceil(Math.max(bytes, before) / 1024));
}

/** Per 4 KB, half of it where a read may be of a moment ago. */
export function readUnits(bytes: number, isConsistent: boolean | undefined): number {
  return Math.max(1, Math.ceil(bytes / 4096)) / (isConsistent === true ? 1 : 2);
}

/** The member of a reply, for a request that asks for it. */
export function consumed(members: Members, table: string, units: number): { readonly ConsumedCapacity?: object } {
  const asked = oneOf(members, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']);
  return asked === 'NONE' ? {} : { ConsumedCapacity: capacityOf(asked, table, units) };
}

/** Of several tables. */
export function consumedBy(
  members: Members,
  units: ReadonlyMap<string, number>,
): { readonly ConsumedCapacity?: object } {
  const asked = oneOf(members, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']);
  if (asked === 'NONE') return {};
  return { ConsumedCapacity: [...units].map(([table, count]) => capacityOf(asked, table, count)) };
}

function capacityOf(asked: 'TOTAL' | 'INDEXES', TableName: string, CapacityUnits: number): object {
  return { TableName, CapacityUnits, ...(asked === 'INDEXES' ? { Table: { CapacityUnits } } : {}) };
}
