/**
 * Combined rows as bytes, column by column, sorted by key and slice. They say what they are partial results of: once, for all
 * receivers.
 *
 *     rows     ATL 8:00 {2, 12}   ATL 9:00 {1, 0}   ORD 8:00 {7, -3}
 *     columns  keys ATL ORD, 2 1 times   slices 8:00 + 1 h × 0 1 0   records 2 1 7   delays 12 0 -3
 */
import type { AccumulatorColumns } from '../aggregate/aggregate.ts';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { NamedAggregate } from '../window/windows.ts';
import { commonDivisor } from './column.ts';
import { partialRow, type Combinable, type PartialRow } from './combine.ts';
import { readColumn, writeColumn } from './number-column.ts';
import { rowsUnknown } from './row-columns.ts';

/** What combined rows are partial results of. */
export interface PartialsHead {
  readonly windows: string;
  /** In the order of their columns, by `nameOf`, with how many each has. */
  readonly aggregates: ReadonlyArray<readonly [name: string, columns: number]>;
}

export function headOf({ windows, aggregates }: Combinable): PartialsHead {
  return {
    windows,
    aggregates: aggregates.map((named) => [nameOf(named), columnsFor(named).of(initOf(named)).length]),
  };
}

export function encodePartials(rows: readonly PartialRow[], { aggregates }: Combinable): Uint8Array {
  const partials = rows.toSorted((a, b) => (a.key === b.key ? a.eventTimeMs - b.eventTimeMs : a.key < b.key ? -1 : 1));
  const writer = new ByteWriter();
  const keys = Map.groupBy(partials, ({ key }) => key);
  writer.varint(keys.size);
  for (const key of keys.keys()) writer.string(key);
  writeColumn(
    writer,
    [...keys.values()].map(({ length }) => length),
  );
  const slices = partials.map(({ eventTimeMs }) => eventTimeMs);
  const firstMs = Math.min(...slices);
  const byMs = slices.reduce((by, sliceMs) => commonDivisor(by, sliceMs - firstMs), 0) || 1;
  writer.number(firstMs);
  writer.number(byMs);
  writeColumn(
    writer,
    slices.map((sliceMs) => (sliceMs - firstMs) / byMs),
  );
  writeColumn(
    writer,
    partials.map(({ partial }) => partial.records),
  );
  aggregates.forEach((named, i) => {
    const { of } = columnsFor(named);
    const values = partials.map(({ partial }) => of(partial.accumulators[i]));
    (values[0] ?? []).forEach((_, column) =>
      writeColumn(
        writer,
        values.map((one) => one[column]),
      ),
    );
  });
  return writer.finish();
}

/** @throws ROWS_UNKNOWN (unavailable) they are partial results of other windows than what is behind the exchange */
export function decodePartials(
  bytes: Uint8Array,
  head: PartialsHead,
  combinable: Combinable | undefined,
): PartialRow[] {
  if (combinable === undefined || combinable.windows !== head.windows)
    throw rowsUnknown(`partial results of ${head.windows}`);
  const reader = new ByteReader(bytes);
  const names = Array.from({ length: reader.varint() }, () => reader.string());
  const times = readColumn(reader, names.length) as readonly number[];
  const keys = names.flatMap((key, i) => Array<string>(times[i] as number).fill(key));
  const [firstMs, byMs] = [reader.definedNumber(), reader.definedNumber()];
  const slices = readColumn(reader, keys.length) as readonly number[];
  const records = readColumn(reader, keys.length) as readonly number[];
  const stored = new Map(
    head.aggregates.map(([name, columns]) => [
      name,
      Array.from({ length: columns }, () => readColumn(reader, keys.length)),
    ]),
  );
  const accumulatorsOf = combinable.aggregates.map((named) => accumulators(named, stored.get(nameOf(named))));
  return keys.map((key, i) =>
    partialRow(key, firstMs + (slices[i] as number) * byMs, {
      records: records[i] as number,
      accumulators: accumulatorsOf.map((of) => of(i)),
    }),
  );
}

/** One that is new since they were combined has seen nothing of them, as it has seen nothing of the state before it (PL-30). */
function accumulators(named: NamedAggregate, stored: ReadonlyArray<readonly unknown[]> | undefined) {
  if (stored === undefined) return () => initOf(named);
  const { from } = columnsFor(named);
  return (i: number): unknown => from(stored.map((column) => column[i]));
}

/** As the schema of the state tells aggregates apart. */
const nameOf = ({ name, aggregate }: NamedAggregate): string => `${name}: ${aggregate.descriptor}`;
const initOf = ({ aggregate }: NamedAggregate): unknown => aggregate.aggregator.init();
const columnsFor = ({ aggregate }: NamedAggregate) => aggregate.aggregator.columns as AccumulatorColumns<unknown>;
