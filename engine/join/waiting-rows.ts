/** Rows of a join that wait for partners: of each side a table, its groups the keys, in the order of time within each. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { Entry, TableSpec } from '../state/table.ts';
import { MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS } from '../time/watermark.ts';
import type { Side } from './side.ts';

export interface WaitingRow extends Entry {
  readonly json: string;
  /** It has had a partner, so it does not come out alone. */
  readonly isMatched: boolean;
}

export function waitingTable(id: string, side: Side): TableSpec<WaitingRow> {
  return {
    name: `${id}/${side}`,
    routedBy: 'group',
    groups: 'text',
    write: (writer: ByteWriter, { json, isMatched }: WaitingRow) => {
      writer.varint(isMatched ? 1 : 0);
      writer.string(json);
    },
    read: (reader: ByteReader): WaitingRow => ({ isMatched: reader.varint() === 1, json: reader.string(), hash: 0 }),
  };
}

const RADIX = 36;
const TIME_DIGITS = MAX_EVENT_TIME_MS.toString(RADIX).length;

/** In the order of time, as text: `n` for times before 1970, counted from the first one that there can be. */
function timeText(timeMs: number): string {
  const fromMs = timeMs < 0 ? timeMs - MIN_EVENT_TIME_MS : timeMs;
  return (timeMs < 0 ? 'n' : 'p') + fromMs.toString(RADIX).padStart(TIME_DIGITS, '0');
}

/** Where a row is within its key: by time, and told apart by a number that no other row of the key has. */
export function placeOf(timeMs: number, sequence: number): string {
  return timeText(timeMs) + sequence.toString(RADIX);
}

export function timeOfPlace(place: string): number {
  const timeMs = Number.parseInt(place.slice(1, 1 + TIME_DIGITS), RADIX);
  return place.startsWith('n') ? timeMs + MIN_EVENT_TIME_MS : timeMs;
}

/** The places of all rows between two times, both included; undefined: there can be none. */
export function placesBetween(fromMs: number, toMs: number): readonly [from: string, to: string] | undefined {
  if (fromMs > MAX_EVENT_TIME_MS || toMs < MIN_EVENT_TIME_MS) return undefined;
  // All digits come before the tilde.
  return [timeText(Math.max(fromMs, MIN_EVENT_TIME_MS)), `${timeText(Math.min(toMs, MAX_EVENT_TIME_MS))}~`];
}
