import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { ByteWriter } from '../codec/bytes.ts';
import type { Topology } from '../dsl/topology.ts';
import { decodeChanges } from './delta-codec.ts';
import { addHash, EMPTY_HASH, entryHash, seedOf } from './hash.ts';
import type { PartitionState } from './partition-state.ts';
import type { Table, TableSpec } from './table.ts';
import { NO_TABLE_CHANGE, type TableChange } from './table-view.ts';

/**
 * How one version of a pipeline's definition writes state (PL-30). In memory state always has the newest shape: the form
 * of an older definition reads into it, what it did not know yet being empty, and writes what it knew.
 */
export interface StateForm {
  readonly fingerprint: string;
  /** In the order of that definition's tables. */
  readonly specs: readonly TableSpec[];
  /** Of each of them, its place among the tables of the definition that runs. */
  readonly places: readonly number[];
}

export function currentForm(topology: Topology): StateForm {
  return { fingerprint: fingerprintOf(stateSchemaOf(topology)), specs: topology.tables, places: topology.tables.map((_, i) => i) };
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

/** From here on the state's hash is that of another form: every entry is hashed anew, as that form writes it. */
export function changeForm(state: PartitionState, { specs, places }: StateForm): void {
  state.stateHash = EMPTY_HASH;
  places.forEach((place, i) => {
    state.stateHash = addHash(state.stateHash, rehash(state.tables[place] as Table, specs[i] as TableSpec));
  });
}

function rehash(table: Table, spec: TableSpec): number {
  const seed = seedOf(spec.name);
  let sum = EMPTY_HASH;
  for (const [group, entries] of table.groups) {
    for (const [key, entry] of entries) {
      const writer = new ByteWriter();
      spec.write(writer, entry);
      entry.hash = entryHash(seed, group, key, writer.finish());
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
 * that an operator's state would need from its beginning. Added aggregates, states and operators fit, and less lateness.
 */
export function differencesOf(before: readonly string[], now: readonly string[]): string[] {
  const gone = before.filter((line) => !now.includes(line) && !isShorterLateness(line, now));
  const added = now.filter((line) => !before.includes(line));
  return gone.length === 0 ? [] : [...gone.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
}

/** More lateness would open windows again that have closed, and their results would count from 1 again. */
function isShorterLateness(line: string, now: readonly string[]): boolean {
  const match = /^(\S+ allowedLatenessMs): (\d+)$/.exec(line);
  const other = now.find((each) => match !== null && each.startsWith(`${match[1]}: `));
  return match !== null && other !== undefined && Number(other.slice(other.lastIndexOf(' ') + 1)) < Number(match[2]);
}
