import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service-error.ts';
import { ItemLog, type ItemLogProps, type Place } from './item-log.ts';
import type { Key } from './key.ts';
import type { LogEntry } from './log-entry.ts';
import { notFound } from './service-error.ts';
import { Table, type Stored, type TableDefinition } from './table.ts';
import type { Item } from './value.ts';

/** One item, as it is to be. */
export interface Write {
  readonly table: Table;
  readonly key: Key;
  /** undefined: it goes. */
  readonly item: Item | undefined;
  /** Size of the item as DynamoDB counts it. */
  readonly bytes: number;
}

export interface TableStoreProps extends ItemLogProps {
  /** Superseded entries stay in the log up to as much again as those that count, and this. @default 64 MiB */
  readonly spareBytes?: number;
}

/** What an entry takes in the log beside its body, about. */
const ENTRY_BYTES = 64;
const NOT_YET_KNOWN: TableDefinition = {
  name: '',
  id: '',
  createdAtMs: 0,
  keys: [{ name: '', type: 'S' }],
  billing: 'PAY_PER_REQUEST',
};

/** All tables of a folder: their items are in the log, where each is, is in memory. */
export class TableStore {
  readonly #log: ItemLog;
  readonly #spareBytes: number;
  readonly #tables = new Map<string, Table>();
  #nextNumber = 1;
  /** Of the entries that count, about. */
  #liveBytes = 0;

  /** @throws TABLE_DAMAGED (invalid) when the log is not what was written */
  constructor({ spareBytes = 64 * 1024 * 1024, ...log }: TableStoreProps) {
    this.#spareBytes = spareBytes;
    this.#log = new ItemLog(log);
    const byNumber = new Map<number, Table>();
    for (const entry of this.#log.entries()) this.#replay(byNumber, entry);
    for (const table of byNumber.values()) this.#tables.set(table.definition.name, table);
  }

  /** In ascending order. */
  get names(): string[] {
    return [...this.#tables.keys()].sort();
  }

  /**
   * @param isNamed the refusal names the table
   * @throws ResourceNotFoundException
   */
  table(name: string, isNamed = false): Table {
    const found = this.#tables.get(name);
    if (found === undefined) throw notFound(isNamed ? name : undefined);
    return found;
  }

  /** @throws ResourceInUseException */
  create(definition: Omit<TableDefinition, 'id'>): Table {
    const { name } = definition;
    if (this.#tables.has(name)) throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
    const table = new Table(this.#nextNumber++, { ...definition, id: randomUUID() });
    this.#log.append([definitionOf(table)]);
    this.#tables.set(name, table);
    return table;
  }

  /** @param attribute by which items expire; undefined: they do not */
  setExpiry(table: Table, attribute: string | undefined): void {
    const { expiresBy: _, ...rest } = table.definition;
    table.definition = attribute === undefined ? rest : { ...rest, expiresBy: attribute };
    this.#log.append([definitionOf(table)]);
  }

  drop(table: Table): void {
    this.#log.append([{ kind: 'dropped', table: table.number, body: Buffer.alloc(0) }]);
    this.#tables.delete(table.definition.name);
    this.#forget(table);
    this.#clean();
  }

  /** @returns the item in JSON */
  text(stored: Stored): string {
    return this.#log.read(stored).toString();
  }

  item(stored: Stored): Item {
    return JSON.parse(this.text(stored)) as Item;
  }

  /** All of them, or none when the process is killed. */
  write(writes: readonly Write[]): void {
    if (writes.length === 0) return;
    const places = this.#log.append(
      writes.map(({ table: { number: table }, key, item, bytes }) =>
        item === undefined
          ? { kind: 'deleted', table, ...key, body: Buffer.alloc(0), bytes: 0 }
          : { kind: 'put', table, ...key, body: Buffer.from(JSON.stringify(item)), bytes },
      ),
    );
    for (const [i, { table, key, item, bytes }] of writes.entries()) {
      if (item === undefined) this.#unset(table, key);
      else this.#set(table, key, { ...(places[i] as Place), bytes });
    }
    this.#clean();
  }

  close(): void {
    this.#log.close();
  }

  #set(table: Table, key: Key, { segment, offset, length, bytes }: Stored): void {
    const before = table.at(key);
    this.#liveBytes += length - (before === undefined ? -ENTRY_BYTES : before.length);
    table.set(key, { segment, offset, length, bytes });
  }

  #unset(table: Table, key: Key): void {
    const before = table.at(key);
    if (before === undefined) return;
    this.#liveBytes -= before.length + ENTRY_BYTES;
    table.delete(key);
  }

  #replay(tables: Map<number, Table>, entry: LogEntry & Place): void {
    this.#nextNumber = Math.max(this.#nextNumber, entry.table + 1);
    let table = tables.get(entry.table);
    // Its definition may have been appended anew, behind its items.
    if (table === undefined) tables.set(entry.table, (table = new Table(entry.table, NOT_YET_KNOWN)));
    if (entry.kind === 'table') table.definition = JSON.parse(entry.body.toString()) as TableDefinition;
    else if (entry.kind === 'deleted') this.#unset(table, entry);
    else if (entry.kind === 'put') this.#set(table, entry, entry);
    else {
      this.#forget(table);
      tables.delete(entry.table);
    }
  }

  #forget(table: Table): void {
    for (const { stored } of table.scan()) this.#liveBytes -= stored.length + ENTRY_BYTES;
  }

  /** Until no more than half of the log is superseded. Each turn takes the oldest file. */
  #clean(): void {
    for (;;) {
      const { oldest, size } = this.#log;
      if (oldest === undefined || size - this.#liveBytes <= this.#liveBytes + this.#spareBytes) return;
      const tables = new Map([...this.#tables.values()].map((table) => [table.number, table]));
      const copied: Array<{ table: Table; key: Key; entry: LogEntry; bytes: number }> = [];
      for (const entry of this.#log.entries(oldest)) {
        const table = tables.get(entry.table);
        if (table === undefined) continue;
        if (entry.kind === 'table') this.#log.append([definitionOf(table)]);
        if (entry.kind !== 'put') continue;
        const stored = table.at(entry);
        if (stored?.segment !== entry.segment || stored.offset !== entry.offset) continue;
        const key = { hash: entry.hash, range: entry.range };
        copied.push({ table, key, entry, bytes: stored.bytes });
      }
      // One frame each: a frame is in one file, which is to stay of its size.
      for (const { table, key, entry, bytes } of copied)
        table.set(key, { ...(this.#log.append([entry])[0] as Place), bytes });
      this.#log.remove(oldest);
    }
  }
}

function definitionOf({ number, definition }: Table): LogEntry {
  return { kind: 'table', table: number, body: Buffer.from(JSON.stringify(definition)) };
}
