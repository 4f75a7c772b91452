/** Arithmetic and comparison, by types. */
import { SqlError, type Span } from '../sql-error.ts';
import { requireInteger } from '../types/integers.ts';
import { commonType, isNumeric, type SqlType, type Value } from '../types/sql-type.ts';
import type { BinaryOperator } from '../syntax/ast.ts';
import { runtimeError, strict, type Bound } from './bound.ts';

type Arithmetic = '+' | '-' | '*' | '/' | '%';
type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export function isComparison(operator: BinaryOperator): operator is Comparison {
  return ['=', '<>', '<', '<=', '>', '>='].includes(operator);
}

/** @throws SQL_TYPE, SQL_UNSUPPORTED */
export function arithmetic(operator: Arithmetic, left: Bound, right: Bound, span: Span): Bound {
  const text = `(${left.text} ${operator} ${right.text})`;
  const moved = timeArithmetic(operator, left, right, text);
  if (moved !== undefined) return moved;
  const type = commonType(left.type, right.type);
  const isFine = [left, right].every(({ type: one }) => isNumeric(one) || one === 'NULL');
  if (type === undefined || !isFine || type === 'NULL') throw mismatch(operator, left, right, span, 'CAST one of them');
  // Only DOUBLE makes DOUBLE of a literal such as 0.1; beside anything else Flink would count in decimals.
  if (
    [left, right].some(({ type: one }) => one === 'DECIMAL') &&
    ![left, right].some(({ type: one }) => one === 'DOUBLE')
  )
    throw new SqlError(
      'SQL_UNSUPPORTED',
      span,
      `DECIMAL is not there yet: got ${left.type} ${operator} ${right.type}`,
      'write the number as 1.5E0, which is a DOUBLE',
    );
  if (type === 'DOUBLE') return strict('DOUBLE', text, [left, right], DOUBLES[operator]);
  const count = INTEGERS[operator];
  return strict(type, text, [left, right], (a: number, b: number) =>
    requireInteger(count(a, b), type, `result of ${operator}`),
  );
}

const DOUBLES: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const INTEGERS: typeof DOUBLES = {
  ...DOUBLES,
  '/': (a, b) => quotient(a, requireDivisor(b)),
  '%': (a, b) => a % requireDivisor(b),
};

/** Of doubles the quotient may round up to the next whole number: the remainder says what is left of it. */
const quotient = (a: number, b: number): number => (a - (a % b)) / b;

function requireDivisor(value: number): number {
  if (value !== 0) return value;
  throw runtimeError(
    'SQL_DIVISION_BY_ZERO',
    'divisor must not be 0, got 0',
    'write NULLIF(x, 0), which makes the result NULL',
  );
}

/** A time and a length; undefined: they are something else. */
function timeArithmetic(operator: Arithmetic, left: Bound, right: Bound, text: string): Bound | undefined {
  const sign = operator === '+' ? 1 : operator === '-' ? -1 : undefined;
  if (sign === undefined) return undefined;
  const isTime = left.type === 'TIMESTAMP(3)' && right.type === 'INTERVAL';
  const isSwapped = sign === 1 && left.type === 'INTERVAL' && right.type === 'TIMESTAMP(3)';
  if (!isTime && !isSwapped) return undefined;
  return strict('TIMESTAMP(3)', text, [left, right], (a: number, b: number) =>
    requireInteger(a + sign * b, 'BIGINT', 'time'),
  );
}

/** @throws SQL_TYPE */
export function comparison(operator: Comparison, left: Bound, right: Bound, span: Span): Bound {
  requireComparable(operator, [left, right], span);
  return strict('BOOLEAN', `(${left.text} ${operator} ${right.text})`, [left, right], comparing(operator, left.type));
}

/** @throws SQL_TYPE when two of them have no type in common */
export function requireComparable(what: string, parts: readonly Bound[], span: Span): void {
  const [first, ...others] = parts as readonly [Bound, ...Bound[]];
  let sum: Bound = first;
  for (const other of others) {
    const type = commonType(sum.type, other.type);
    if (type === undefined) throw mismatch(what, sum, other, span, castRemedy(sum.type, other.type));
    sum = { ...sum, type };
  }
}

function castRemedy(a: SqlType, b: SqlType): string {
  if (a === 'TIMESTAMP(3)' || b === 'TIMESTAMP(3)') return "write TIMESTAMP '2001-01-01 10:30:00'";
  return `write CAST(… AS ${a === 'STRING' ? b : a})`;
}

const ORDERS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function comparing(operator: Comparison, type: SqlType): (a: Value, b: Value) => boolean {
  if (operator === '=') return (a, b) => a === b;
  if (operator === '<>') return (a, b) => a !== b;
  const holds = ORDERS[operator];
  if (type === 'STRING') return (a, b) => holds(compareTexts(a as string, b as string));
  // Of numbers as they are: nothing is less than NaN, nor more.
  const direct = {
    '<': (a: number, b: number) => a < b,
    '<=': (a: number, b: number) => a <= b,
    '>': (a: number, b: number) => a > b,
    '>=': (a: number, b: number) => a >= b,
  }[operator];
  return (a, b) => direct(Number(a), Number(b));
}

/** By code points, as bytes of UTF-8 compare; units of UTF-16 would put U+1F600 before U+FF00. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const isPair = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    return isPair(x) === isPair(y) ? x - y : isPair(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function mismatch(operator: string, left: Bound, right: Bound, span: Span, remedy: string): SqlError {
  return new SqlError(
    'SQL_TYPE',
    span,
    `expected types that fit ${operator}, got ${left.type} and ${right.type}`,
    remedy,
  );
}

/** Three-valued: NULL is unknown. */
export function and(parts: readonly Bound[]): Bound {
  return connective('AND', parts, false);
}

export function or(parts: readonly Bound[]): Bound {
  return connective('OR', parts, true);
}

/** The first part that decides does; else it is unknown if one is. */
function connective(word: 'AND' | 'OR', parts: readonly Bound[], decisive: boolean): Bound {
  const runs = parts.map(({ run }) => run);
  return {
    type: 'BOOLEAN',
    text: `(${parts.map(({ text }) => text).join(` ${word} `)})`,
    run: (row) => {
      let result: Value = !decisive;
      for (const run of runs) {
        const value = run(row);
        if (value === decisive) return decisive;
        if (value === null) result = null;
      }
      return result;
    },
  };
}

export const not = (part: Bound): Bound => strict('BOOLEAN', `(NOT ${part.text})`, [part], (value: boolean) => !value);
