import type { Aggregate } from '../aggregate/aggregate.ts';
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { PartialResult } from '../exchange/partial-result.ts';
import type { Element, OperatorContext } from '../operator.ts';
import type { ResultRow } from '../outputs.ts';
import type { Entry, TableSpec } from '../state/table.ts';
import { countsUnfired } from './emission.ts';
import type { NamedAggregate, WindowedAggregation } from './windows.ts';

/** What a pane holds: state of one key in one window. An immutable value. */
export interface Pane extends Entry {
  /** One per aggregate, in the order of the topology. */
  readonly accumulators: readonly unknown[];
  /** How many times it has fired or been taken back (PL-17). */
  readonly revision: number;
  /** Records since the last firing; 0 where no trigger asks for it. */
  readonly unfired: number;
  /** What the last firing said, while it stands and a retraction may have to repeat it. */
  readonly said: readonly unknown[] | undefined;
}

/** The bounds of a firing. */
export interface WindowBounds {
  readonly startMs: number;
  readonly endMs: number;
}

/** What is added to a pane: what the aggregates take of a record, or what they have made of several. */
export type Inputs = readonly unknown[] | PartialResult;

const isPartial = (inputs: Inputs): inputs is PartialResult => !Array.isArray(inputs);

/** How panes of one operator are filled, fired and stored. */
export class Panes {
  readonly #aggregates: readonly NamedAggregate[];
  /** Of each aggregate. */
  readonly #extracts: ReadonlyArray<Aggregate<unknown>['extract']>;
  readonly #aggregators: ReadonlyArray<Aggregate<never>['aggregator']>;
  readonly #accumulation: WindowedAggregation['emission']['accumulation'];
  readonly #countsUnfired: boolean;
  readonly #empty: Pane;
  /** The place of each aggregate in a pane's bytes. */
  readonly #all: readonly number[];
  readonly #id: string;

  constructor({ id, aggregates, emission }: WindowedAggregation) {
    this.#id = id;
    this.#aggregates = aggregates;
    this.#extracts = aggregates.map(({ aggregate }) => (aggregate as Aggregate<unknown>).extract);
    this.#aggregators = aggregates.map(({ aggregate }) => aggregate.aggregator);
    this.#all = aggregates.map((_, i) => i);
    this.#accumulation = emission.accumulation;
    this.#countsUnfired = countsUnfired(emission);
    this.#empty = Object.freeze({
      accumulators: aggregates.map(({ aggregate }) => aggregate.aggregator.init()),
      revision: 0,
      unfired: 0,
      said: undefined,
      hash: 0,
    });
  }

  /** A line per aggregate, for the schema of the state. */
  get schema(): string[] {
    return this.#aggregates.map(({ name, aggregate }) => `${this.#id} aggregate ${name}: ${aggregate.descriptor}`);
  }

  /** Code of the pipeline reads and writes accumulators of such aggregates. */
  get hasCustomAggregate(): boolean {
    return this.#aggregates.some(({ aggregate }) => aggregate.descriptor.startsWith('custom('));
  }

  /** Which aggregates an older definition had, in the order in which it wrote them. */
  orderIn(schema: readonly string[]): readonly number[] {
    const now = this.schema;
    return schema.map((line) => now.indexOf(line)).filter((place) => place >= 0);
  }

  get empty(): Pane {
    return this.#empty;
  }

  /** What the aggregates take of a record. @throws anything that user code throws */
  inputsOf(element: Element): Inputs {
    if (element.partial !== undefined) return element.partial;
    const inputs = new Array<unknown>(this.#extracts.length);
    for (let i = 0; i < inputs.length; i++)
      inputs[i] = (this.#extracts[i] as Aggregate<unknown>['extract'])(element.value, element);
    return inputs;
  }

  add(pane: Pane, inputs: Inputs): Pane {
    if (isPartial(inputs)) return this.#addPartial(pane, inputs);
    const accumulators = new Array<unknown>(inputs.length);
    for (let i = 0; i < inputs.length; i++)
      accumulators[i] = (this.#aggregators[i] as Aggregate<never>['aggregator']).add(pane.accumulators[i], inputs[i]);
    return {
      accumulators,
      revision: pane.revision,
      unfired: this.#countsUnfired ? pane.unfired + 1 : 0,
      said: pane.said,
      hash: 0,
    };
  }

  #addPartial(pane: Pane, { accumulators, records }: PartialResult): Pane {
    return {
      ...pane,
      accumulators: this.mergeAccumulators(pane.accumulators, accumulators),
      unfired: this.#countsUnfired ? pane.unfired + records : 0,
      hash: 0,
    };
  }

  /** Both together; `a` came first. Of no revision: the caller knows which. */
  merge(a: Pane, b: Pane): Pane {
    return {
      accumulators: this.mergeAccumulators(a.accumulators, b.accumulators),
      revision: 0,
      unfired: a.unfired + b.unfired,
      said: undefined,
      hash: 0,
    };
  }

  mergeAccumulators(a: readonly unknown[], b: readonly unknown[]): unknown[] {
    return this.#aggregates.map(({ aggregate }, i) => aggregate.aggregator.merge(a[i], b[i]));
  }

  /** Emits a result; returns the pane as it is after it. */
  fire(context: OperatorContext, key: string, window: WindowBounds, pane: Pane): Pane {
    const retracted = this.retract(context, key, window, pane);
    const revision = retracted.revision + 1;
    context.emit(this.row(key, window, revision, pane.accumulators));
    const accumulators = this.#accumulation === 'discarding' ? this.#empty.accumulators : pane.accumulators;
    return {
      accumulators,
      revision,
      unfired: 0,
      said: this.#accumulation === 'retracting' ? pane.accumulators : undefined,
      hash: 0,
    };
  }

  /** Takes back what the last firing said, in a pipeline that wants to hear of it. */
  retract(context: OperatorContext, key: string, window: WindowBounds, pane: Pane): Pane {
    if (pane.said === undefined) return pane;
    const revision = pane.revision + 1;
    context.emit({ ...this.row(key, window, revision, pane.said), retracted: true });
    return { ...pane, revision, said: undefined, hash: 0 };
  }

  row(key: string, { startMs, endMs }: WindowBounds, revision: number, accumulators: readonly unknown[]): ResultRow {
    const values: Record<string, unknown> = {};
    for (let i = 0; i < this.#aggregates.length; i++) {
      const { name, aggregate } = this.#aggregates[i] as NamedAggregate;
      values[name] = aggregate.aggregator.result(accumulators[i]) ?? null;
    }
    return { key, windowStartMs: startMs, windowEndMs: endMs, revision, values };
  }

  write(writer: ByteWriter, pane: Pane, order = this.#all): void {
    writer.varint(pane.revision);
    if (this.#countsUnfired) writer.varint(pane.unfired);
    if (this.#accumulation === 'retracting') {
      writer.byte(pane.said === undefined ? 0 : 1);
      if (pane.said !== undefined) this.#writeAccumulators(writer, pane.said, order);
    }
    this.#writeAccumulators(writer, pane.accumulators, order);
  }

  read(reader: ByteReader, order = this.#all): Pane {
    const revision = reader.varint();
    const unfired = this.#countsUnfired ? reader.varint() : 0;
    const said =
      this.#accumulation === 'retracting' && reader.byte() === 1 ? this.#readAccumulators(reader, order) : undefined;
    return { revision, unfired, said, accumulators: this.#readAccumulators(reader, order), hash: 0 };
  }

  #writeAccumulators(writer: ByteWriter, accumulators: readonly unknown[], order: readonly number[]): void {
    for (const i of order) (this.#aggregates[i] as NamedAggregate).aggregate.aggregator.write(writer, accumulators[i]);
  }

  /** Aggregates that are not in `order` are new: they have seen nothing yet. */
  #readAccumulators(reader: ByteReader, order: readonly number[]): unknown[] {
    const accumulators = order.length === this.#aggregates.length ? [] : [...this.#empty.accumulators];
    for (const i of order) accumulators[i] = (this.#aggregates[i] as NamedAggregate).aggregate.aggregator.read(reader);
    return accumulators;
  }
}

/** A table of panes: as the definition that runs writes them (undefined), or as an older one did. */
export function paneTable(
  panes: Panes,
  place: Pick<TableSpec, 'name' | 'routedBy' | 'groups'>,
): (schema: readonly string[] | undefined) => TableSpec {
  return (schema) => {
    const order = schema === undefined ? undefined : panes.orderIn(schema);
    const spec: TableSpec<Pane> = {
      ...place,
      holdsWindows: true,
      ...(panes.hasCustomAggregate ? {} : { isPackable: true }),
      write: (writer, pane) => panes.write(writer, pane, order),
      read: (reader) => panes.read(reader, order),
    };
    return spec as TableSpec;
  };
}
