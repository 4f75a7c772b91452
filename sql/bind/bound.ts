import { TidemarkError } from '../../engine/errors.ts';
import { SqlError, type Span } from '../sql-error.ts';
import type { Row, SqlType, Value } from '../types/sql-type.ts';

/** An expression that is ready to run. */
export interface Bound {
  readonly type: SqlType;
  /** The same for all spellings of the same expression: for fingerprints, `explain`, and to find it in GROUP BY. */
  readonly text: string;
  readonly run: (row: Row) => Value;
  /** Its value, where it is the same for every row. */
  readonly constant?: { readonly value: Value };
  /** The field of the row that it is, if it is nothing else. */
  readonly field?: string;
  /** A BIGINT that Flink has as INT: a column of INT takes it. */
  readonly isSumOfInt?: boolean;
}

/** Views put into each other can double an expression with each [characters]. */
const MAX_TEXT = 20_000;

/** Of parts that give NULL where one of them is NULL. */
export function strict(
  type: SqlType,
  text: string,
  parts: readonly Bound[],
  apply: (...values: never[]) => Value,
): Bound {
  const act = apply as (...values: unknown[]) => Value;
  const [a, b] = parts;
  if (a !== undefined && parts.length === 1) {
    const first = a.run;
    return {
      type,
      text,
      run: (row) => {
        const value = first(row);
        return value === null ? null : act(value);
      },
    };
  }
  if (a !== undefined && b !== undefined && parts.length === 2) {
    const [first, second] = [a.run, b.run];
    return {
      type,
      text,
      run: (row) => {
        const left = first(row);
        if (left === null) return null;
        const right = second(row);
        return right === null ? null : act(left, right);
      },
    };
  }
  return {
    type,
    text,
    run: (row) => {
      const values = parts.map(({ run }) => run(row));
      return values.includes(null) ? null : act(...values);
    },
  };
}

export function literal(type: SqlType, value: Value): Bound {
  return { type, text: literalText(type, value), run: () => value, constant: { value } };
}

function literalText(type: SqlType, value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (type === 'TIMESTAMP(3)' || type === 'INTERVAL') return `${type} ${value}`;
  return String(value).toUpperCase();
}

export function requireShortText(bound: Bound, span: Span): Bound {
  if (bound.text.length <= MAX_TEXT) return bound;
  throw new SqlError(
    'SQL_INVALID',
    span,
    `expected an expression of at most ${MAX_TEXT} characters with the views in it, got a longer one`,
    'use fewer views in each other',
  );
}

/** A function whose code shows as SQL in `explain`. */
export function named<F extends (...given: never[]) => unknown>(text: string, code: F): F {
  return Object.defineProperty(code, 'toString', { value: () => text });
}

export function runtimeError(code: string, problem: string, remedy: string): TidemarkError {
  return new TidemarkError('data', code, `${problem}; ${remedy}`);
}
