/** Sessions as earlier releases stored them: all of one key in one entry, with the end of the last one that had closed. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { Entry, Table, TableSpec } from '../state/table.ts';
import type { Panes } from './panes.ts';
import { placeOf, readSession, writeSession, type Session } from './sessions.ts';

/** The only group of that table. */
const ALL = 0;

interface KeySessions extends Entry {
  /** Ascending. */
  readonly open: readonly Session[];
  /** undefined: none is remembered. */
  readonly closedEndMs: number | undefined;
}

export function sessionsByKey(name: string, panes: Panes, order: readonly number[]): TableSpec {
  const spec: TableSpec<KeySessions> = {
    name,
    routedBy: 'key',
    groups: 'number',
    write: (writer, entry) => writeSessions(writer, entry, panes, order),
    read: (reader) => readSessions(reader, panes, order),
    upgrade: apart,
  };
  return spec as TableSpec;
}

/** An entry for each session. What had closed is not remembered: every record that could fall into it falls into itself now. */
function apart(table: Table): void {
  const all = table.groups.get(ALL) ?? new Map<string, Entry>();
  table.drop(ALL);
  for (const [key, { open }] of all as Map<string, KeySessions>)
    for (const one of open) table.put(key, placeOf(one), one);
}

function writeSessions(
  writer: ByteWriter,
  { open, closedEndMs }: KeySessions,
  panes: Panes,
  order: readonly number[],
): void {
  writer.number(closedEndMs);
  writer.varint(open.length);
  let previousMs = 0;
  for (const one of open) {
    writer.number(one.startMs - previousMs);
    writeSession(writer, one, panes, order);
    previousMs = one.startMs;
  }
}

function readSessions(reader: ByteReader, panes: Panes, order: readonly number[]): KeySessions {
  const closedEndMs = reader.number();
  const open: Session[] = [];
  let startMs = 0;
  for (let n = reader.varint(); n > 0; n--) {
    startMs += reader.definedNumber();
    open.push(readSession(reader, startMs, panes, order));
  }
  return { open, closedEndMs, hash: 0 };
}
