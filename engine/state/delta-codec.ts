/**
 * The bytes of a delta or snapshot. Windows ascend and keys are sorted, so that each needs only what differs from the
 * one before:
 *
 *     closed: n, starts   groups: n, { start, panes: n, { shared prefix, rest of key, revision, accumulators } }
 */
import type { Aggregate } from '../aggregate/aggregate.ts';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { entryHash } from './hash.ts';
import { readPane, writePane, type Pane, type PaneGroup } from './partition-state.ts';

export interface PaneChanges {
  readonly panes: ReadonlyMap<number, PaneGroup>;
  readonly closed: readonly number[];
}

/** Encodes, and gives every pane its hash on the way: both need the pane's bytes. */
export function encodeChanges({ panes, closed }: PaneChanges, aggregates: readonly Aggregate<never>[]): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(closed.length);
  for (const startMs of closed) writer.number(startMs);
  writer.varint(panes.size);
  let previousStartMs = 0;
  for (const startMs of [...panes.keys()].sort((a, b) => a - b)) {
    const group = panes.get(startMs) as PaneGroup;
    writer.number(startMs - previousStartMs);
    previousStartMs = startMs;
    writer.varint(group.size);
    let previousKey = '';
    for (const key of [...group.keys()].sort()) {
      const shared = sharedPrefix(previousKey, key);
      writer.varint(shared);
      writer.string(key.slice(shared));
      previousKey = key;
      const pane = group.get(key) as Pane;
      const start = writer.length;
      writePane(writer, pane, aggregates);
      pane.hash = entryHash(startMs, key, writer.since(start));
    }
  }
  return writer.finish();
}

/** @throws CORRUPT_BYTES (internal) when the bytes end too early */
export function decodeChanges(bytes: Uint8Array, aggregates: readonly Aggregate<never>[]): PaneChanges {
  const reader = new ByteReader(bytes);
  const closed = Array.from({ length: reader.varint() }, () => reader.definedNumber());
  const panes = new Map<number, PaneGroup>();
  let startMs = 0;
  for (let groups = reader.varint(); groups > 0; groups--) {
    startMs += reader.definedNumber();
    const group: PaneGroup = new Map();
    panes.set(startMs, group);
    let key = '';
    for (let entries = reader.varint(); entries > 0; entries--) {
      const shared = reader.varint();
      key = key.slice(0, shared) + reader.string();
      const start = reader.position;
      const pane = readPane(reader, aggregates);
      pane.hash = entryHash(startMs, key, reader.since(start));
      group.set(key, pane);
    }
  }
  return { panes, closed };
}

/** Length of the common beginning, never ending inside a surrogate pair: what follows must be valid text. */
function sharedPrefix(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  const last = b.charCodeAt(length - 1);
  return length > 0 && last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
