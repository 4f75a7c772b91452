import { keyOfFields, partsOf } from '../key.ts';
import type { Operator } from '../operator.ts';
import type { ResultRow } from '../outputs.ts';
import type { EventTime, Source, ResultShape, SinkSpec, Topology } from './topology.ts';
import type { Transform } from './transform.ts';

/** What becomes of a result; undefined: it is left out. */
export type ResultTransform = (row: ResultRow) => ResultRow | undefined;

/** A pipeline that is being defined: each call of the DSL makes a new one. */
export interface Draft {
  readonly name: string;
  readonly source: Source;
  readonly eventTime: EventTime;
  readonly transform: Transform | undefined;
  readonly keyFields: readonly string[];
  readonly operators: readonly Operator[];
  /** By operator; undefined: its results stay as they are. */
  readonly resultTransforms: ReadonlyArray<ResultTransform | undefined>;
  readonly results: ResultShape;
  readonly sideOutputs: readonly string[];
}

export function toTopology(draft: Draft, sinks: readonly SinkSpec[]): Topology {
  const { keyFields, operators, resultTransforms } = draft;
  const isComposite = keyFields.length > 1;
  return Object.freeze({
    ...draft,
    keyOf: (value: unknown, partitionKey: string) => keyOfFields(keyFields, value, partitionKey),
    routingKeyOf: (key: string) => (isComposite ? (partsOf(key)[0] as string) : key),
    operators: Object.freeze([...operators]),
    tables: Object.freeze(operators.flatMap(({ tables }) => tables)),
    shape: (from: number, row: ResultRow) => {
      const transform = resultTransforms[from];
      const shown = isComposite && row.retracted !== true ? { ...row, values: { ...keyValues(keyFields, row.key), ...row.values } } : row;
      return transform === undefined ? shown : transform(shown);
    },
    sinks: Object.freeze([...sinks]),
  });
}

function keyValues(keyFields: readonly string[], key: string): Readonly<Record<string, string>> {
  const parts = partsOf(key);
  return Object.fromEntries(keyFields.map((field, i) => [field, parts[i] as string]));
}

/**
 * Leaves out results that `isWanted` does not want. One that was wanted before, perhaps, is taken back: no reader may be
 * left with it.
 */
export function having(before: ResultTransform | undefined, isWanted: (values: never) => boolean): ResultTransform {
  return (given) => {
    const row = before === undefined ? given : before(given);
    if (row === undefined || isWithoutValues(row) || isWanted(row.values as never)) return row;
    return row.revision > 1 && row.retracted !== true ? { ...row, values: {}, retracted: true } : undefined;
  };
}

/** Changes the values of results. */
export function changing(before: ResultTransform | undefined, change: (values: never, row: ResultRow) => Readonly<Record<string, unknown>>): ResultTransform {
  return (given) => {
    const row = before === undefined ? given : before(given);
    return row === undefined || isWithoutValues(row) ? row : { ...row, values: change(row.values as never, row) };
  };
}

/** A tombstone that does not repeat what it takes back. */
function isWithoutValues({ retracted, values }: ResultRow): boolean {
  return retracted === true && Object.keys(values).length === 0;
}
