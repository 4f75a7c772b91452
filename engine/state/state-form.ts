import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { ByteWriter } from '../codec/bytes.ts';
import type { Topology } from '../topology.ts';
import { decodeChanges } from './delta-codec.ts';
import { addHash, EMPTY_HASH, GroupHash, seedOf } from './hash.ts';
import { PackedEntries } from './packed/packed-entries.ts';
import type { PartitionState } from './partition-state.ts';
import type { Table, TableSpec } from './table.ts';
import { NO_TABLE_CHANGE, type TableChange } from './table-view.ts';

/**
 * How one version of a pipeline's definition writes state (PL-30). In memory state always has the newest shape: the form
 * of an older definition reads into it, what it did not know yet being empty, and writes what it knew. Where that one laid a
 * table out otherwise, the entries stay in its places until the state changes its form.
 */
export interface StateForm {
  readonly fingerprint: string;
  /** In the order of that definition's tables. */
  readonly specs: readonly TableSpec[];
  /** Of each of them, its place among the tables of the definition that runs. */
  readonly places: readonly number[];
}

export function currentForm(topology: Topology): StateForm {
  return {
    fingerprint: fingerprintOf(stateSchemaOf(topology)),
    specs: topology.tables,
    places: topology.tables.map((_, i) => i),
  };
}

/** @param schema of an older definition, which must fit: see `differencesOf` */
export function olderForm(topology: Topology, schema: readonly string[]): StateForm {
  const specs = topology.operators.flatMap((operator) => operator.tablesAs(schema));
  const names = tableNamesOf(schema);
  const places = names.map((name) => topology.tables.findIndex((table) => table.name === name));
  return { fingerprint: fingerprintOf(schema), specs: places.map((place) => specs[place] as TableSpec), places };
}

/** The changes of a delta or snapshot, in the order of the tables of the definition that runs. */
export function decodeIn({ specs, places }: StateForm, topology: Topology, bytes: Uint8Array): TableChange[] {
  const changes = decodeChanges(bytes, specs);
  const ordered = topology.tables.map(() => NO_TABLE_CHANGE);
  places.forEach((place, i) => {
    ordered[place] = changes[i] as TableChange;
  });
  return ordered;
}

/** From here on the state is in another form: laid out as that one has it, and every entry hashed anew, as it writes it. */
export function changeForm(state: PartitionState, before: StateForm, now: StateForm): void {
  state.stateHash = EMPTY_HASH;
  now.places.forEach((place, i) => {
    const spec = now.specs[i] as TableSpec;
    unpack(state.tables[place] as Table);
    const old = before.specs[before.places.indexOf(place)];
    if (spec.upgrade === undefined) old?.upgrade?.(state.tables[place] as Table);
    state.stateHash = addHash(state.stateHash, rehash(state.tables[place] as Table, spec));
  });
}

/** What is packed is in the form that was current when it was. */
function unpack(table: Table): void {
  for (const [group, entries] of table.groups)
    if (entries instanceof PackedEntries) table.replace(group, new Map(entries));
}

function rehash(table: Table, spec: TableSpec): number {
  const seed = seedOf(spec.name);
  let sum = EMPTY_HASH;
  for (const [group, entries] of table.groups) {
    const hash = new GroupHash(seed, group);
    for (const [key, entry] of entries) {
      const writer = new ByteWriter();
      spec.write(writer, entry);
      entry.hash = hash.of(key, writer.finish());
      sum = addHash(sum, entry.hash);
    }
  }
  return sum;
}

const TABLE = 'table: ';

function tableNamesOf(schema: readonly string[]): string[] {
  return schema.filter((line) => line.startsWith(TABLE)).map((line) => line.slice(TABLE.length));
}

/**
 * What keeps a definition from reading the state of an older one: lines that are gone or changed (`-`), and new ones (`+`)
 * that an operator's state would need from its beginning. Added aggregates, states and operators fit, less lateness, and
 * an operator that waits longer for the one before it.
 */
export function differencesOf(before: readonly string[], now: readonly string[]): string[] {
  const gone = before.filter(
    (line) => !now.includes(line) && !isShorterLateness(line, now) && !isLongerWait(line, now),
  );
  const added = now.filter((line) => !before.includes(line));
  return gone.length === 0 ? [] : [...gone.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
}

/** More lateness would open windows again that have closed, and their results would count from 1 again. */
function isShorterLateness(line: string, now: readonly string[]): boolean {
  const [before, after] = numbersOf(/^\S+ allowedLatenessMs: /, line, now);
  return after < before;
}

/** What comes out later is not late; waited for less, what an operator holds would be. */
function isLongerWait(line: string, now: readonly string[]): boolean {
  const [before, after] = numbersOf(/^\S+ waited for: /, line, now);
  return after > before;
}

/** The number of a line, and that of the line which begins like it now; NaN where there is none. */
function numbersOf(beginning: RegExp, line: string, now: readonly string[]): readonly [number, number] {
  const [name] = beginning.exec(line) ?? [];
  const other = now.find((each) => name !== undefined && each.startsWith(name));
  if (name === undefined || other === undefined) return [Number.NaN, Number.NaN];
  return [Number(line.slice(name.length)), Number(other.slice(name.length))];
}
