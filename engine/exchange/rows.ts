/**
 * The rows of one entry as bytes: how many receivers there are, then for each of them its rows as JSON, column by column.
 * A receiver unpacks its own part only. Where the aggregates behind the exchange allow it rows are combined (PL-29).
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { combine, type Combinable } from './combine.ts';
import { combinedColumnsOf, isCombined, rowsOfCombined } from './partial-columns.ts';
import type { Row } from './row.ts';
import { rangeOfReceiver, receiverOf, receiversIn } from './receivers.ts';
import { columnsOf, rowsOfColumns } from './row-columns.ts';

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
  const parts = Array.from({ length: receivers }, (): Row[] => []);
  const receiver = receiverByKey(receivers);
  for (const row of rows) (parts[receiver(row.key)] as Row[]).push(row);
  const writer = new ByteWriter();
  writer.varint(receivers);
  for (const part of parts) writer.blob(part.length === 0 ? NONE : utf8.encode(textOf(part, combining)));
  return writer.finish();
}

/** Combined, unless that takes more than the rows do: where few fall into the same windows of a key. */
function textOf(rows: readonly Row[], combining: Combining | undefined): string {
  const asTheyAre = (): string => JSON.stringify(columnsOf(rows));
  if (combining === undefined) return asTheyAre();
  const combined = combine(rows, combining.combinable, combining.fromMs);
  const { alone, partials } = combined;
  if (partials.length === 0) return asTheyAre();
  const text = JSON.stringify(combinedColumnsOf(combined, combining.combinable));
  if (partials.length * WORTH_IT <= rows.length - alone.length) return text;
  const other = asTheyAre();
  return other.length <= text.length ? other : text;
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
  const rows: Row[] = [];
  for (let part = 0; part <= (parts.at(-1) as number); part++) {
    const blob = reader.blob();
    if (blob.length === 0 || !parts.includes(part)) continue;
    const stored = JSON.parse(new TextDecoder().decode(blob)) as object;
    rows.push(...(isCombined(stored) ? rowsOfCombined(stored, takes) : rowsOfColumns(stored)));
  }
  return madeFor === receivers ? rows : rows.filter(({ key }) => receiverOf(key, receivers) === receiver);
}
