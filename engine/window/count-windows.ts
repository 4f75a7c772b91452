import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { requireSetting } from '../errors.ts';
import type { BoundOperator, Element, Operator, OperatorContext, Verdict } from '../operator.ts';
import type { Entry, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import { isPlain } from './emission.ts';
import { Panes, type Pane } from './panes.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface CountWindows {
  /** Records of a window, 1 or more. */
  readonly n: number;
}

/** What a key has gathered of its next window. */
interface Gathered extends Entry {
  readonly pane: Pane;
  readonly records: number;
  /** Event times of the earliest and the latest. */
  readonly firstMs: number;
  readonly lastMs: number;
}

const ALL = 0;

/**
 * Every n records of a key, in the order of their arrival: time plays no part, none is late, and what is left over waits for
 * more. Results bear `sequence`; their window is `[earliest, latest + 1)` of the records' event times.
 *
 * @example .window(everyN({ n: 100 }))
 * @throws INVALID_SETTING
 */
export function everyN({ n }: CountWindows): Windows {
  requireSetting('n', n, Number.isSafeInteger(n) && n >= 1, 'an integer above 0', 'pass 100');
  return Object.freeze({
    kind: 'count' as const,
    descriptor: `count(n=${n})`,
    results: 'numbered' as const,
    operator: (aggregation: WindowedAggregation) => {
      const { emission, allowedLatenessMs } = aggregation;
      const isUnset = allowedLatenessMs === 0 && isPlain(emission) && !emission.finalOnly;
      requireSetting(
        'settings of a count window',
        { allowedLatenessMs, ...emission },
        isUnset,
        'left out: it has one result, when it is full',
        'leave them out, or use global() with a trigger',
      );
      return countOperator(n, aggregation);
    },
  });
}

function countOperator(n: number, aggregation: WindowedAggregation): Operator {
  const { id } = aggregation;
  const panes = new Panes(aggregation);
  const spec = (order?: readonly number[]): TableSpec => {
    const table: TableSpec<Gathered> = {
      name: `${id}/gathered`,
      routedBy: 'key',
      groups: 'number',
      holdsWindows: true,
      write: (writer, entry) => write(writer, entry, panes, order),
      read: (reader) => read(reader, panes, order),
    };
    return table as TableSpec;
  };
  return Object.freeze({
    id,
    schema: [`${id}: count(n=${n})`, ...panes.schema],
    tables: [spec()],
    tablesAs: (schema: readonly string[]) => [spec(panes.orderIn(schema))],
    delayMs: 0,
    bind: (context: OperatorContext) => new CountRun(context, n, panes),
    timersOf: () => [],
  });
}

class CountRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #n: number;
  readonly #panes: Panes;
  readonly #table: TableView<Gathered>;

  constructor(context: OperatorContext, n: number, panes: Panes) {
    this.#context = context;
    this.#n = n;
    this.#panes = panes;
    this.#table = context.tables[0] as TableView<Gathered>;
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const before = this.#table.get(ALL, key) ?? {
      pane: this.#panes.empty,
      records: 0,
      firstMs: eventTimeMs,
      lastMs: eventTimeMs,
    };
    const gathered: Gathered = {
      pane: this.#panes.add(before.pane, this.#panes.inputsOf(element)),
      records: before.records + 1,
      firstMs: Math.min(before.firstMs, eventTimeMs),
      lastMs: Math.max(before.lastMs, eventTimeMs),
      hash: 0,
    };
    if (gathered.records < this.#n) {
      this.#table.put(ALL, key, gathered);
    } else {
      this.#table.delete(ALL, key);
      const window = { startMs: gathered.firstMs, endMs: gathered.lastMs + 1 };
      // In the order of fields in which the log gives it back: a repeat is the same text.
      const { values, ...row } = this.#panes.row(key, window, 1, gathered.pane.accumulators);
      this.#context.emit({ ...row, sequence: this.#context.nextSequence(), values });
    }
    return 'accepted';
  }
}

function write(
  writer: ByteWriter,
  { records, firstMs, lastMs, pane }: Gathered,
  panes: Panes,
  order: readonly number[] | undefined,
): void {
  writer.varint(records);
  writer.number(firstMs);
  writer.number(lastMs - firstMs);
  panes.write(writer, pane, order);
}

function read(reader: ByteReader, panes: Panes, order: readonly number[] | undefined): Gathered {
  const records = reader.varint();
  const firstMs = reader.definedNumber();
  const lastMs = firstMs + reader.definedNumber();
  return { records, firstMs, lastMs, pane: panes.read(reader, order), hash: 0 };
}
