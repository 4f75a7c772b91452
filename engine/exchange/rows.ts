/**
 * The rows of one entry as bytes: how many receivers there are, then for each of them its rows as JSON, column by column.
 * A receiver unpacks its own part only. Where the aggregates behind the exchange allow it rows are combined (PL-29): then a
 * part says how many there are of them, and they come behind all parts, where code that does not know them does not look.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { combine, type Combinable, type PartialRow } from './combine.ts';
import { decodePartials, encodePartials, headOf, type PartialsHead } from './partials.ts';
import type { Row } from './row.ts';
import { rangeOfReceiver, receiverOf, receiversIn } from './receivers.ts';
import { columnsOf, rowsOfColumns, type Columns } from './row-columns.ts';

const utf8 = new TextEncoder();
const NONE = new Uint8Array(0);

/** How rows are combined. */
export interface Combining {
  readonly combinable: Combinable;
  /** Rows with an event time before it are not. */
  readonly fromMs: number;
}

/**
 * @param combining undefined: not at all
 * @returns undefined when there is none
 */
export function encodeRows(rows: readonly Row[], receivers: number, combining?: Combining): Uint8Array | undefined {
  if (rows.length === 0) return undefined;
  const receiver = receiverByKey(receivers);
  const packed =
    combining === undefined
      ? plainParts(rows, receivers, receiver)
      : combinedParts(rows, receivers, receiver, combining);
  const writer = new ByteWriter();
  writer.varint(receivers);
  for (const { text } of packed) writer.blob(utf8.encode(text));
  if (combining === undefined || packed.every(({ partials }) => partials === NONE)) return writer.finish();
  writer.string(JSON.stringify(headOf(combining.combinable)));
  for (const { partials } of packed) writer.blob(partials);
  return writer.finish();
}

/** What an entry has for one receiver. */
interface PackedPart {
  readonly text: string;
  readonly partials: Uint8Array;
}

const EMPTY: PackedPart = Object.freeze({ text: '', partials: NONE });

/** Of a part with combined rows. It has neither `values` nor `columns`: code that knows no such rows refuses it. */
interface CombinedPart {
  /** Rows that travel by themselves. */
  readonly rows?: Columns;
  /** How many others there are. */
  readonly partials: number;
}

type ReceiverOf = (key: string) => number;

function split<R extends Row>(
  rows: readonly R[],
  receivers: number,
  receiver: ReceiverOf,
): ReadonlyArray<readonly R[]> {
  const parts = Array.from({ length: receivers }, (): R[] => []);
  for (const row of rows) (parts[receiver(row.key)] as R[]).push(row);
  return parts;
}

function plainParts(rows: readonly Row[], receivers: number, receiver: ReceiverOf): PackedPart[] {
  return split(rows, receivers, receiver).map((part) => (part.length === 0 ? EMPTY : asTheyAre(part)));
}

function asTheyAre(rows: readonly Row[]): PackedPart {
  return { text: JSON.stringify(columnsOf(rows)), partials: NONE };
}

function combinedParts(
  rows: readonly Row[],
  receivers: number,
  receiver: ReceiverOf,
  { combinable, fromMs }: Combining,
): PackedPart[] {
  const combined = combine(rows, combinable, fromMs);
  const alone = split(combined.alone, receivers, receiver);
  const partials = split(combined.partials, receivers, receiver);
  return alone.map((ofPart, part): PackedPart => {
    const those = partials[part] as readonly PartialRow[];
    if (those.length === 0) return ofPart.length === 0 ? EMPTY : asTheyAre(ofPart);
    const text: CombinedPart = { ...(ofPart.length === 0 ? {} : { rows: columnsOf(ofPart) }), partials: those.length };
    const packed = { text: JSON.stringify(text), partials: encodePartials(those, combinable) };
    const inThem = those.reduce((sum, { partial }) => sum + partial.records, 0);
    if (those.length * WORTH_IT <= inThem) return packed;
    const other = asTheyAre(rows.filter(({ key }) => receiver(key) === part));
    return isShorter(packed, other) ? packed : other;
  });
}

/** Where few rows fall into the same windows of a key combining them may take more than they do. */
function isShorter(one: PackedPart, other: PackedPart): boolean {
  return one.text.length + one.partials.length < other.text.length;
}

/** Of so many rows in one, on average, it need not be asked whether that takes less. */
const WORTH_IT = 2;

/** `receiverOf`, each key hashed once: rows of a commit have few keys. */
function receiverByKey(receivers: number): (key: string) => number {
  const known = new Map<string, number>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const receiver = receiverOf(key, receivers);
    known.set(key, receiver);
    return receiver;
  };
}

/** Which receivers the rows are for. */
export function receiversOf(rows: readonly Row[], receivers: number): number[] {
  const receiver = receiverByKey(receivers);
  return [...new Set(rows.map(({ key }) => receiver(key)))].sort((a, b) => a - b);
}

/**
 * The rows of one receiver, in the order in which they were decided; of rows that were made for another number of receivers,
 * those with keys of its own.
 *
 * @param takes windows that can take combined rows; undefined: there are none
 * @throws CORRUPT_BYTES (internal) · ROWS_UNKNOWN (unavailable)
 */
export function decodeRows(bytes: Uint8Array, receiver: number, receivers: number, takes?: Combinable): Row[] {
  const reader = new ByteReader(bytes);
  const madeFor = reader.varint();
  const parts =
    madeFor === receivers ? [receiver] : receiversIn(rangeOfReceiver(receiver, { receivers }), { receivers: madeFor });
  const texts = Array.from({ length: madeFor }, () => reader.blob());
  const head = reader.atEnd ? undefined : (JSON.parse(reader.string()) as PartialsHead);
  const partials = head === undefined ? [] : texts.map(() => reader.blob());
  const rows = parts.flatMap((part): readonly Row[] => {
    const text = texts[part] as Uint8Array;
    if (text.length === 0) return [];
    const stored = JSON.parse(new TextDecoder().decode(text)) as object;
    if (head === undefined || !('partials' in stored)) return rowsOfColumns(stored);
    const { rows: alone } = stored as CombinedPart;
    const combined = decodePartials(partials[part] as Uint8Array, head, takes);
    return [...(alone === undefined ? [] : rowsOfColumns(alone)), ...combined];
  });
  return madeFor === receivers ? rows : rows.filter(({ key }) => receiverOf(key, receivers) === receiver);
}
