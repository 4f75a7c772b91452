/**
 * The bytes of an outbox: a JSON header, column by column because that packs best, then the records' own bytes.
 *
 *     length of header, header, data of late records, data of dead letters
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { DeadLetter, LateRecord, Outbox, ResultRow } from '../outputs.ts';

interface Header {
  readonly keys: readonly string[];
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
  readonly revisions: readonly number[];
  /** Names of the aggregates, and per name one column. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly late: ReadonlyArray<Omit<LateRecord, 'data' | 'offset'> & { readonly offset: string }>;
  readonly dead: ReadonlyArray<Omit<DeadLetter, 'data' | 'offset'> & { readonly offset: string }>;
}

export function encodeOutbox({ results, lateRecords, deadLetters }: Outbox): Uint8Array {
  const names = Object.keys(results[0]?.values ?? {});
  const header: Header = {
    keys: results.map(({ key }) => key),
    startsMs: results.map(({ windowStartMs }) => windowStartMs),
    endsMs: results.map(({ windowEndMs }) => windowEndMs),
    revisions: results.map(({ revision }) => revision),
    columns: Object.fromEntries(names.map((name) => [name, results.map(({ values }) => values[name] ?? null)])),
    late: lateRecords.map(withoutData),
    dead: deadLetters.map(withoutData),
  };
  const writer = new ByteWriter();
  writer.string(JSON.stringify(header));
  for (const { data } of [...lateRecords, ...deadLetters]) writer.blob(data);
  return writer.finish();
}

/** @throws CORRUPT_BYTES (internal) when the bytes end too early */
export function decodeOutbox(bytes: Uint8Array): Outbox {
  const reader = new ByteReader(bytes);
  const header = JSON.parse(reader.string()) as Header;
  const results = header.keys.map((key, i): ResultRow => ({
    key,
    windowStartMs: header.startsMs[i] as number,
    windowEndMs: header.endsMs[i] as number,
    revision: header.revisions[i] as number,
    values: Object.fromEntries(Object.entries(header.columns).map(([name, column]) => [name, column[i]])),
  }));
  const withData = <T extends { readonly offset: string }>(row: T) => ({ ...row, offset: BigInt(row.offset), data: reader.blob() });
  return { results, lateRecords: header.late.map(withData), deadLetters: header.dead.map(withData) };
}

function withoutData<T extends LateRecord | DeadLetter>({ data: _data, ...row }: T) {
  return { ...row, offset: String(row.offset) };
}
