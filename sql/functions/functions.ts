/** The functions that there are, by name. */
import { nearest } from '../nearest.ts';
import { shown, SqlError, type Span } from '../sql-error.ts';
import { strict, type Bound } from '../bind/bound.ts';
import { isAssignable, isInteger, isNumeric, type SqlType } from '../types/sql-type.ts';
import { conditional } from './conditional.ts';
import { numberFunctions } from './numbers.ts';
import type { Parameter, StrictFunction } from './strict-function.ts';
import { textFunctions } from './texts.ts';
import { parseTimestamp } from '../types/timestamp.ts';

const STRICT: Readonly<Record<string, StrictFunction>> = {
  ...textFunctions,
  ...numberFunctions,
  // NULL of a text that is no time.
  TO_TIMESTAMP: {
    parameters: ['STRING'],
    type: 'TIMESTAMP(3)',
    apply: (text: string) => parseTimestamp(text) ?? null,
  },
};

export const AGGREGATES: readonly string[] = ['COUNT', 'SUM', 'MIN', 'MAX', 'AVG'];

/** Known, and what stands for them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  TUMBLE: 'write it in GROUP BY, or in FROM TABLE(…)',
  HOP: 'write it in GROUP BY, or in FROM TABLE(…)',
  SESSION: 'write it in GROUP BY, or in FROM TABLE(…)',
  TUMBLE_START: 'write window_start',
  TUMBLE_END: 'write window_end',
  HOP_START: 'write window_start',
  HOP_END: 'write window_end',
  SESSION_START: 'write window_start',
  SESSION_END: 'write window_end',
  PROCTIME: 'go by the time of the records',
  ROW_NUMBER: 'use topN of the DSL',
};

/** @throws SQL_UNKNOWN_NAME, SQL_UNSUPPORTED, SQL_TYPE */
export function bindCall(name: string, args: readonly Bound[], span: Span): Bound {
  const upper = name.toUpperCase();
  const special = Object.hasOwn(conditional, upper) ? conditional[upper] : undefined;
  if (special !== undefined) return special(args, span);
  const known = Object.hasOwn(STRICT, upper) ? STRICT[upper] : undefined;
  if (known !== undefined) return bindStrict(upper, known, args, span);
  const elsewhere = Object.hasOwn(ELSEWHERE, upper) ? ELSEWHERE[upper] : undefined;
  if (elsewhere !== undefined)
    throw new SqlError('SQL_UNSUPPORTED', span, `${upper} is not there as a function: got it`, elsewhere);
  const names = [...Object.keys(STRICT), ...Object.keys(conditional), ...AGGREGATES];
  const near = nearest(upper, names);
  throw new SqlError(
    'SQL_UNKNOWN_NAME',
    span,
    `expected a function, got ${shown(name)}`,
    near === undefined ? 'docs/sql.md lists those that are there' : `write ${near}`,
  );
}

function bindStrict(name: string, known: StrictFunction, args: readonly Bound[], span: Span): Bound {
  const { parameters, optional = 0, repeats = false } = known;
  const least = parameters.length - optional;
  if (args.length < least || (args.length > parameters.length && !repeats)) {
    const shape = `${name}(${parameters.join(', ')}${repeats ? ', …' : ''})`;
    throw new SqlError(
      'SQL_TYPE',
      span,
      `expected ${repeats || optional > 0 ? `${least} arguments or more` : `${least} arguments`} of ${name}, got ${args.length}`,
      `write ${shape}`,
    );
  }
  args.forEach(({ type }, i) => {
    const parameter = parameters[Math.min(i, parameters.length - 1)] as Parameter;
    if (!takes(parameter, type))
      throw new SqlError(
        'SQL_TYPE',
        span,
        `expected ${parameter} as argument ${i + 1} of ${name}, got ${type}`,
        'CAST it',
      );
  });
  const first = args[0]?.type ?? 'NULL';
  const type = known.type !== 'first' ? known.type : first === 'DECIMAL' || first === 'NULL' ? 'DOUBLE' : first;
  return strict(type, `${name}(${args.map(({ text }) => text).join(', ')})`, args, known.apply);
}

function takes(parameter: Parameter, type: SqlType): boolean {
  if (type === 'NULL') return true;
  if (parameter === 'integer') return isInteger(type);
  return parameter === 'number' ? isNumeric(type) : isAssignable(type, parameter);
}
