/** Functions that do not just give NULL for NULL. */
import type { Bound } from '../bind/bound.ts';
import { comparison } from '../bind/operators.ts';
import { SqlError, type Span } from '../sql-error.ts';
import { commonType, type SqlType, type Value } from '../types/sql-type.ts';

type Bind = (args: readonly Bound[], span: Span) => Bound;

/** @throws SQL_TYPE when they have none in common */
export function typeOfAll(what: string, parts: readonly Bound[], span: Span): SqlType {
  return parts.reduce<SqlType>((before, { type }) => {
    const common = commonType(before, type);
    if (common === undefined)
      throw new SqlError(
        'SQL_TYPE',
        span,
        `expected one type for all values of ${what}, got ${before} and ${type}`,
        `CAST them to ${before}`,
      );
    return common;
  }, 'NULL');
}

function requireCount(name: string, args: readonly Bound[], least: number, most: number, span: Span): void {
  if (args.length >= least && args.length <= most) return;
  const rule = most === Infinity ? `${least} arguments or more` : `${least} arguments`;
  throw new SqlError('SQL_TYPE', span, `expected ${rule} of ${name}, got ${args.length}`, `write ${rule}`);
}

const called = (name: string, args: readonly Bound[]): string => `${name}(${args.map(({ text }) => text).join(', ')})`;

const coalesce =
  (name: string, most: number): Bind =>
  (args, span) => {
    requireCount(name, args, most === 2 ? 2 : 1, most, span);
    const type = typeOfAll(name, args, span);
    const runs = args.map(({ run }) => run);
    return {
      type,
      text: called('COALESCE', args),
      run: (row) => {
        for (const run of runs) {
          const value = run(row);
          if (value !== null) return value;
        }
        return null;
      },
    };
  };

export const conditional: Readonly<Record<string, Bind>> = {
  COALESCE: coalesce('COALESCE', Infinity),
  IFNULL: coalesce('IFNULL', 2),
  NULLIF: (args, span) => {
    requireCount('NULLIF', args, 2, 2, span);
    const [value, other] = args as readonly [Bound, Bound];
    const equal = comparison('=', value, other, span);
    return {
      type: value.type,
      text: called('NULLIF', args),
      run: (row): Value => (equal.run(row) === true ? null : value.run(row)),
    };
  },
  IF: (args, span) => {
    requireCount('IF', args, 3, 3, span);
    const [condition, then, otherwise] = args as readonly [Bound, Bound, Bound];
    if (condition.type !== 'BOOLEAN' && condition.type !== 'NULL')
      throw new SqlError(
        'SQL_TYPE',
        span,
        `expected BOOLEAN as argument 1 of IF, got ${condition.type}`,
        'write a condition',
      );
    return {
      type: typeOfAll('IF', [then, otherwise], span),
      text: called('IF', args),
      run: (row) => (condition.run(row) === true ? then.run(row) : otherwise.run(row)),
    };
  },
  /** NULLs are passed over. */
  CONCAT_WS: (args, span) => {
    requireCount('CONCAT_WS', args, 2, Infinity, span);
    for (const { type } of args)
      if (type !== 'STRING' && type !== 'NULL')
        throw new SqlError('SQL_TYPE', span, `expected STRING as each argument of CONCAT_WS, got ${type}`, 'CAST it');
    const [between, ...parts] = args.map(({ run }) => run);
    return {
      type: 'STRING',
      text: called('CONCAT_WS', args),
      run: (row) => {
        const separator = between?.(row) ?? null;
        if (separator === null) return null;
        const values = parts.map((run) => run(row)).filter((value) => value !== null);
        return values.join(String(separator));
      },
    };
  },
};
