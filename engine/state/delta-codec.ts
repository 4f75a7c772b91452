/**
 * The bytes of a delta or snapshot, table by table. Groups ascend and keys are sorted, so that each needs only what differs
 * from the one before:
 *
 *     per table: dropped: n, groups   groups: n, { group, tombstones: n, keys   entries: n, { shared prefix, rest of key, value } }
 *
 * A list of tables is as long as the topology's, but trailing tables without a change are left out.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { GroupHash, seedOf } from './hash.ts';
import type { Entry, Group, TableSpec } from './table.ts';
import { NO_TABLE_CHANGE, type TableChange } from './table-view.ts';

/** Encodes, and gives every entry its hash on the way: both need the entry's bytes. */
export function encodeChanges(tables: readonly TableChange[], specs: readonly TableSpec[]): Uint8Array {
  const writer = new ByteWriter();
  const last = tables.findLastIndex(({ dropped, puts }) => dropped.size > 0 || puts.size > 0);
  writer.varint(last + 1);
  for (let i = 0; i <= last; i++) writeTable(writer, tables[i] as TableChange, specs[i] as TableSpec);
  return writer.finish();
}

/** @throws CORRUPT_BYTES (internal) when the bytes end too early */
export function decodeChanges(bytes: Uint8Array, specs: readonly TableSpec[]): TableChange[] {
  const reader = new ByteReader(bytes);
  const tables = reader.varint();
  return specs.map((spec, i) => (i < tables ? readTable(reader, spec) : NO_TABLE_CHANGE));
}

function writeTable(writer: ByteWriter, { dropped, puts }: TableChange, spec: TableSpec): void {
  const seed = seedOf(spec.name);
  const groups = new GroupWriter(writer, spec);
  writer.varint(dropped.size);
  for (const group of sorted(dropped)) groups.write(group);
  writer.varint(puts.size);
  groups.restart();
  for (const group of sorted(puts.keys())) {
    groups.write(group);
    const hash = new GroupHash(seed, group);
    const entries = puts.get(group) as ReadonlyMap<string, Entry | undefined>;
    const keys = [...entries.keys()].sort();
    const tombstones = keys.filter((key) => entries.get(key) === undefined);
    writer.varint(tombstones.length);
    let previous = '';
    for (const key of tombstones) previous = writeKey(writer, previous, key);
    writer.varint(keys.length - tombstones.length);
    previous = '';
    for (const key of keys) {
      const entry = entries.get(key);
      if (entry === undefined) continue;
      previous = writeKey(writer, previous, key);
      const start = writer.length;
      spec.write(writer, entry);
      entry.hash = hash.of(key, writer.since(start));
    }
  }
}

function readTable(reader: ByteReader, spec: TableSpec): TableChange {
  const seed = seedOf(spec.name);
  const groups = new GroupReader(reader, spec);
  const dropped = new Set(Array.from({ length: reader.varint() }, () => groups.read()));
  const puts = new Map<Group, Map<string, Entry | undefined>>();
  let rest = reader.varint();
  groups.restart();
  for (; rest > 0; rest--) {
    const group = groups.read();
    const hash = new GroupHash(seed, group);
    const entries = new Map<string, Entry | undefined>();
    puts.set(group, entries);
    let key = '';
    for (let tombstones = reader.varint(); tombstones > 0; tombstones--)
      entries.set((key = readKey(reader, key)), undefined);
    key = '';
    for (let n = reader.varint(); n > 0; n--) {
      key = readKey(reader, key);
      const start = reader.position;
      const entry = spec.read(reader, key);
      entry.hash = hash.of(key, reader.since(start));
      entries.set(key, entry);
    }
  }
  return { dropped, puts };
}

/** Numbers as the difference to the one before, texts as a prefix and the rest. */
class GroupWriter {
  readonly #writer: ByteWriter;
  readonly #isText: boolean;
  #number = 0;
  #text = '';

  constructor(writer: ByteWriter, { groups }: TableSpec) {
    this.#writer = writer;
    this.#isText = groups === 'text';
  }

  restart(): void {
    this.#number = 0;
    this.#text = '';
  }

  write(group: Group): void {
    if (this.#isText) {
      this.#text = writeKey(this.#writer, this.#text, group as string);
    } else {
      this.#writer.number((group as number) - this.#number);
      this.#number = group as number;
    }
  }
}

class GroupReader {
  readonly #reader: ByteReader;
  readonly #isText: boolean;
  #number = 0;
  #text = '';

  constructor(reader: ByteReader, { groups }: TableSpec) {
    this.#reader = reader;
    this.#isText = groups === 'text';
  }

  restart(): void {
    this.#number = 0;
    this.#text = '';
  }

  read(): Group {
    if (this.#isText) return (this.#text = readKey(this.#reader, this.#text));
    return (this.#number += this.#reader.definedNumber());
  }
}

function sorted(groups: Iterable<Group>): Group[] {
  const list = [...groups];
  return typeof list[0] === 'string' ? list.sort() : list.sort((a, b) => (a as number) - (b as number));
}

function writeKey(writer: ByteWriter, previous: string, key: string): string {
  const shared = sharedPrefix(previous, key);
  writer.varint(shared);
  writer.string(key.slice(shared));
  return key;
}

function readKey(reader: ByteReader, previous: string): string {
  const shared = reader.varint();
  return previous.slice(0, shared) + reader.string();
}

/** Length of the common beginning, never ending inside a surrogate pair: what follows must be valid text. */
function sharedPrefix(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  const last = b.charCodeAt(length - 1);
  return length > 0 && last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
