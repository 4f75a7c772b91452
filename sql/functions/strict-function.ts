import type { SqlType, Value } from '../types/sql-type.ts';

/** What a parameter takes: a type, whole numbers, any number. */
export type Parameter = SqlType | 'integer' | 'number';

export interface StrictFunction {
  readonly parameters: readonly Parameter[];
  /** How many of the last may be left out. @default 0 */
  readonly optional?: number;
  /** The last one may come again. @default false */
  readonly repeats?: boolean;
  /** Type of the result; `first`: that of the first argument. */
  readonly type: SqlType | 'first';
  readonly apply: (...values: never[]) => Value;
}
