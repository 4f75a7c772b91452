import { dataError } from '../decode.ts';
import { textOrder } from '../state/sorted-keys.ts';
import type { TableView } from '../state/table-view.ts';
import type { ListState, MapState, StateDescriptor, ValueState } from './state-descriptors.ts';
import { jsonOf, type Stored } from './stored.ts';

/** The table of a state, with what its values need to know. */
export interface StateTable {
  readonly name: string;
  readonly descriptor: StateDescriptor;
  readonly view: TableView<Stored>;
  /** The watermark that counts for the key. */
  nowMs(): number;
  /** The event time of what is written now: of the record or timer, but never behind the watermark. */
  writeMs(): number;
  /** Called when an entry came to be: something has to forget it. */
  onNew(group: number | string, key: string, writtenMs: number): void;
}

const ALL = 0;
const PARTITION = 'partition';
const MAX_MAP_KEY_LENGTH = 1_000;
/** Items of a list, entries of a map: of one key, at most. A producer must not be able to fill the memory with one. */
export const MAX_ENTRIES = 10_000;

export function isExpired(writtenMs: number, ttlMs: number | undefined, nowMs: number): boolean {
  return ttlMs !== undefined && writtenMs + ttlMs <= nowMs;
}

/** What user code gets for one key. */
export function handleOf(table: StateTable, key: string): unknown {
  switch (table.descriptor.kind) {
    case 'value':
      return valueState(table, key);
    case 'list':
      return listState(table, key);
    case 'map':
      return mapState(table, key);
    case 'partition':
      return partitionState(table, table.descriptor.initial);
  }
}

function read(table: StateTable, group: number | string, key: string): unknown {
  const stored = table.view.get(group, key);
  return stored === undefined || isForgotten(table, stored) ? undefined : JSON.parse(stored.json);
}

function isForgotten(table: StateTable, { writtenMs }: Stored): boolean {
  return isExpired(writtenMs, table.descriptor.ttlMs, table.nowMs());
}

/** Every entry of a list or map, by its place or name. */
function readAll(table: StateTable, key: string): Array<[string, unknown]> {
  const entries: Array<[string, unknown]> = [];
  table.view.visit(key, textOrder, (name, stored) => {
    if (!isForgotten(table, stored)) entries.push([name, JSON.parse(stored.json)]);
  });
  return entries;
}

function write(table: StateTable, group: number | string, key: string, value: unknown): void {
  const json = jsonOf(table.name, value);
  const isNew = table.view.get(group, key) === undefined;
  const { kind } = table.descriptor;
  if (isNew && (kind === 'list' || kind === 'map') && table.view.sizeOf(group) >= MAX_ENTRIES) {
    throw dataError(
      'STATE_TOO_LARGE',
      `${kind} ${table.name} of one key must have at most ${MAX_ENTRIES} entries, got one more; forget old ones with ttlMs or clear()`,
    );
  }
  const writtenMs = table.descriptor.ttlMs === undefined ? 0 : table.writeMs();
  table.view.put(group, key, { json, writtenMs, hash: 0 });
  if (isNew) table.onNew(group, key, writtenMs);
}

function valueState(table: StateTable, key: string): ValueState<unknown> {
  return {
    get: () => read(table, ALL, key),
    set: (value) => write(table, ALL, key, value),
    clear: () => table.view.delete(ALL, key),
  };
}

function partitionState(table: StateTable, initial: unknown): ValueState<unknown> {
  return {
    get: () => read(table, ALL, PARTITION) ?? structuredClone(initial),
    set: (value) => write(table, ALL, PARTITION, value),
    clear: () => table.view.delete(ALL, PARTITION),
  };
}

/** Items under their place; places only grow, so that appending writes one entry. */
function listState(table: StateTable, key: string): ListState<unknown> {
  const append = (item: unknown) => {
    const last = table.view.last(key, textOrder);
    write(table, key, String(last === undefined ? 0 : Number(last) + 1).padStart(12, '0'), item);
  };
  const clear = () => table.view.drop(key);
  return {
    get: () => readAll(table, key).map(([, item]) => item),
    append,
    clear,
    set: (items) => {
      clear();
      for (const item of items) append(item);
    },
  };
}

function mapState(table: StateTable, key: string): MapState<unknown> {
  const checked = (name: string): string => {
    if (typeof name !== 'string' || !name.isWellFormed() || name.length > MAX_MAP_KEY_LENGTH) {
      throw dataError(
        'STATE_INVALID',
        `key of map ${table.name} must be valid text of at most ${MAX_MAP_KEY_LENGTH} characters, got ${typeof name === 'string' ? `${name.length} characters` : typeof name}; use a shorter one`,
      );
    }
    return name;
  };
  return {
    get: (name) => read(table, key, checked(name)),
    has: (name) => read(table, key, checked(name)) !== undefined,
    set: (name, value) => write(table, key, checked(name), value),
    delete: (name) => table.view.delete(key, checked(name)),
    entries: () => readAll(table, key),
    clear: () => table.view.drop(key),
  };
}
