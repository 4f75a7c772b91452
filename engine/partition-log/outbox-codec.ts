/**
 * The bytes of an outbox: a JSON header, column by column because that packs best, then the records' own bytes.
 *
 *     length of header, header, data of late records, data of dead letters
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { DeadLetter, LateRecord, Outbox, ResultRow, SideOutput } from '../outputs.ts';

interface Header {
  readonly keys: readonly string[];
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
  readonly revisions: readonly number[];
  /** Left out where no row has one. */
  readonly sequences?: readonly number[];
  /** Per row: 0 a result, 1 taken back, 2 taken back without values. Left out where all are results. */
  readonly retracted?: readonly number[];
  /** Names of the values, and per name one column over all rows that have values. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  /** Per name the rows, counted among those that have values, that do not have it. Left out where all have the same names. */
  readonly absent?: Readonly<Record<string, readonly number[]>>;
  readonly side: readonly SideOutput[];
  readonly late: ReadonlyArray<Omit<LateRecord, 'data' | 'offset'> & { readonly offset: string }>;
  readonly dead: ReadonlyArray<Omit<DeadLetter, 'data' | 'offset'> & { readonly offset: string }>;
}

export function encodeOutbox({ results, sideOutputs, lateRecords, deadLetters }: Outbox): Uint8Array {
  const full = results.filter(hasValues);
  const names = new Set(full.flatMap(({ values }) => Object.keys(values)));
  const header: Header = {
    keys: results.map(({ key }) => key),
    startsMs: results.map(({ windowStartMs }) => windowStartMs),
    endsMs: results.map(({ windowEndMs }) => windowEndMs),
    revisions: results.map(({ revision }) => revision),
    ...(results.some(({ sequence }) => sequence !== undefined)
      ? { sequences: results.map(({ sequence = -1 }) => sequence) }
      : {}),
    ...(results.some(({ retracted }) => retracted)
      ? { retracted: results.map((row) => (row.retracted !== true ? 0 : hasValues(row) ? 1 : 2)) }
      : {}),
    columns: Object.fromEntries([...names].map((name) => [name, full.map(({ values }) => values[name] ?? null)])),
    ...absentIn(full, names),
    side: sideOutputs,
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
  const absent = new Map(Object.entries(header.absent ?? {}).map(([name, places]) => [name, new Set(places)]));
  let place = 0;
  const results = header.keys.map((key, i): ResultRow => {
    const retracted = header.retracted?.[i] ?? 0;
    const sequence = header.sequences?.[i] ?? -1;
    const at = retracted === 2 ? -1 : place++;
    return {
      key,
      windowStartMs: header.startsMs[i] as number,
      windowEndMs: header.endsMs[i] as number,
      revision: header.revisions[i] as number,
      ...(sequence >= 0 ? { sequence } : {}),
      values:
        at < 0
          ? {}
          : Object.fromEntries(
              Object.entries(header.columns).flatMap(([name, column]) =>
                absent.get(name)?.has(at) === true ? [] : [[name, column[at]]],
              ),
            ),
      ...(retracted > 0 ? { retracted: true as const } : {}),
    };
  });
  const withData = <T extends { readonly offset: string }>(row: T) => ({
    ...row,
    offset: BigInt(row.offset),
    data: reader.blob(),
  });
  return {
    results,
    sideOutputs: header.side,
    lateRecords: header.late.map(withData),
    deadLetters: header.dead.map(withData),
  };
}

/** Rows of one operator have the same names, but for tombstones without the parts of their key. */
function absentIn(rows: readonly ResultRow[], names: ReadonlySet<string>): Pick<Header, 'absent'> {
  if (rows.every(({ values }) => Object.keys(values).length === names.size)) return {};
  const places = (name: string): number[] => rows.flatMap(({ values }, i) => (Object.hasOwn(values, name) ? [] : [i]));
  return {
    absent: Object.fromEntries(
      [...names].map((name) => [name, places(name)] as const).filter(([, list]) => list.length > 0),
    ),
  };
}

/** Whether a row has values: only a tombstone may have none. */
function hasValues({ retracted, values }: ResultRow): boolean {
  return retracted !== true || Object.keys(values).length > 0;
}

function withoutData<T extends LateRecord | DeadLetter>({ data: _data, ...row }: T) {
  return { ...row, offset: String(row.offset) };
}
