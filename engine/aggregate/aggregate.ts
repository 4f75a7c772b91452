import type { ByteReader, ByteWriter } from '../codec/bytes.ts';

/**
 * What a result is in a table with typed columns. `number` has numbers that are no integers; `json` is anything else,
 * stored there as JSON text.
 */
export type ResultType = 'integer' | 'number' | 'text' | 'boolean' | 'json';

/**
 * How many inputs become one result. Accumulators are values: `add` and `merge` return a new one and leave theirs as it
 * was, so that a record which fails half way changes nothing (PL-15).
 */
export interface Aggregator<In, Acc, Out> {
  init(): Acc;
  /** @throws TidemarkError of kind data when the input cannot be added: the record becomes a dead letter */
  add(accumulator: Acc, input: In): Acc;
  /**
   * The same as adding the records of both to one accumulator: whichever parts a whole is cut into. Where arrival decides,
   * those of `a` came first.
   */
  merge(a: Acc, b: Acc): Acc;
  result(accumulator: Acc): Out;
  /** Equal accumulators give equal bytes: the state's hash depends on them. Their number is bounded. */
  write(writer: ByteWriter, accumulator: Acc): void;
  read(reader: ByteReader): Acc;
  /** Type of the column of these results in the lake. @default 'json' */
  readonly resultType?: ResultType;
  /** Size of a result in a table at most [bytes]. @default 25, a number */
  readonly maxResultBytes?: number;
  /**
   * Of aggregates that come with Tidemark: `merge` gives the very same in any order, and an accumulator is small, so rows may
   * be combined before they go through an exchange (PL-29).
   */
  readonly columns?: AccumulatorColumns<Acc>;
  /** Size of one accumulator at most, as `write` gives it [bytes]; kept by `custom`, for user code. @default 65536 */
  readonly maxStateBytes?: number;
}

/** An accumulator as values that JSON holds, always as many, each of which is in a column of its own. */
export interface AccumulatorColumns<Acc> {
  of(accumulator: Acc): readonly unknown[];
  from(values: readonly unknown[]): Acc;
}

/** What `extract` may know of a record besides its value. */
export interface RecordTime {
  readonly eventTimeMs: number;
}

/**
 * One named result of a window: what to take from a record of type `V`, and how to fold it. Its type says which records
 * it fits, so that a wrong field does not compile.
 */
export interface Aggregate<V, Out = unknown> {
  /** Canonical text: part of the state schema's fingerprint (PL-30), e.g. `mean(delay)`. */
  readonly descriptor: string;
  /** @throws anything: the record becomes a dead letter, and no accumulator has changed */
  readonly extract: (value: V, record: RecordTime) => unknown;
  readonly aggregator: Aggregator<unknown, unknown, Out>;
}

/** Builds an Aggregate; hides the accumulator's type. */
export function aggregate<V, In, Acc, Out>(
  descriptor: string,
  extract: (value: V, record: RecordTime) => In,
  aggregator: Aggregator<In, Acc, Out>,
): Aggregate<V, Out> {
  return Object.freeze({ descriptor, extract, aggregator: aggregator as Aggregator<unknown, unknown, Out> });
}

/** The same, but passes over records of which `extract` takes undefined: as SQL's aggregates do where a field is null. */
export function aggregateOfPresent<V, In, Acc, Out>(
  descriptor: string,
  extract: (value: V, record: RecordTime) => In | undefined,
  aggregator: Aggregator<In, Acc, Out>,
): Aggregate<V, Out> {
  const add = (accumulator: Acc, input: In | undefined): Acc =>
    input === undefined ? accumulator : aggregator.add(accumulator, input);
  return aggregate(descriptor, extract, { ...aggregator, add });
}
