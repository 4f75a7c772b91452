/** Combined rows column by column, beside those that travel by themselves. They say what they are partial results of. */
import type { AccumulatorColumns } from '../aggregate/aggregate.ts';
import type { NamedAggregate } from '../window/windows.ts';
import { packed, unpacked, type Column } from './column.ts';
import { partialRow, type Combinable, type Combined, type PartialRow } from './combine.ts';
import { columnsOf, rowsOfColumns, rowsUnknown, type Columns } from './row-columns.ts';
import type { Row } from './row.ts';

interface CombinedColumns {
  readonly rows?: Columns;
  readonly partials: PartialColumns;
}

interface PartialColumns {
  readonly windows: string;
  readonly keys: Column;
  /** Starts of the slices. */
  readonly slices: Column;
  /** How many rows each was. */
  readonly records: Column;
  /** By `nameOf`, the columns of each aggregate. */
  readonly aggregates: Readonly<Record<string, readonly Column[]>>;
}

export function combinedColumnsOf({ alone, partials }: Combined, combinable: Combinable): CombinedColumns {
  const aggregates = combinable.aggregates.map((named, i): [string, Column[]] => {
    const columns = named.aggregate.aggregator.columns as AccumulatorColumns<unknown>;
    const rows = partials.map(({ partial }) => columns.of(partial.accumulators[i]));
    return [nameOf(named), (rows[0] ?? []).map((_, column) => packed(rows.map((values) => values[column])))];
  });
  return {
    ...(alone.length === 0 ? {} : { rows: columnsOf(alone) }),
    partials: {
      windows: combinable.windows,
      keys: packed(partials.map(({ key }) => key)),
      slices: packed(partials.map(({ eventTimeMs }) => eventTimeMs)),
      records: packed(partials.map(({ partial }) => partial.records)),
      aggregates: Object.fromEntries(aggregates),
    },
  };
}

/** @throws ROWS_UNKNOWN (unavailable) they are partial results of other windows than what is behind the exchange */
export function rowsOfCombined({ rows, partials }: CombinedColumns, combinable: Combinable | undefined): Row[] {
  const { windows } = partials;
  if (combinable === undefined || combinable.windows !== windows) throw rowsUnknown(`partial results of ${windows}`);
  return [...(rows === undefined ? [] : rowsOfColumns(rows)), ...partialsOf(partials, combinable)];
}

export function isCombined(stored: object): stored is CombinedColumns {
  return 'partials' in stored && typeof stored.partials === 'object';
}

function partialsOf({ keys, slices, records, aggregates }: PartialColumns, combinable: Combinable): PartialRow[] {
  const [sliceMs, counts] = [unpacked(slices) as readonly number[], unpacked(records) as readonly number[]];
  const accumulatorsOf = combinable.aggregates.map((named) => accumulators(named, aggregates[nameOf(named)]));
  return (unpacked(keys) as readonly string[]).map((key, i) =>
    partialRow(key, sliceMs[i] as number, {
      records: counts[i] as number,
      accumulators: accumulatorsOf.map((of) => of(i)),
    }),
  );
}

/** One that is new since they were combined has seen nothing of them, as it has seen nothing of the state before it (PL-30). */
function accumulators({ aggregate }: NamedAggregate, stored: readonly Column[] | undefined): (i: number) => unknown {
  const { aggregator } = aggregate;
  const { columns } = aggregator;
  if (stored === undefined || columns === undefined) return () => aggregator.init();
  const values = stored.map(unpacked);
  return (i) => columns.from(values.map((column) => column[i]));
}

/** As the schema of the state tells aggregates apart. */
const nameOf = ({ name, aggregate }: NamedAggregate): string => `${name}: ${aggregate.descriptor}`;
