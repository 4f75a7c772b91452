import { shown, SqlError } from '../sql-error.ts';
import type { Expression, Name } from '../syntax/ast.ts';
import { isNumeric, type SqlType } from '../types/sql-type.ts';
import { requireInteger } from '../types/integers.ts';
import { AGGREGATES, bindCall } from '../functions/functions.ts';
import { typeOfAll } from '../functions/conditional.ts';
import { literal, requireShortText, strict, type Bound } from './bound.ts';
import { cast } from './cast.ts';
import { likePattern } from './like.ts';
import { and, arithmetic, comparison, isComparison, not, or, requireComparable } from './operators.ts';

/** What names and calls mean where an expression stands. */
export interface Scope {
  /** @throws SQL_UNKNOWN_NAME */
  readonly column: (parts: readonly Name[]) => Bound;
  /** Takes an expression out of the hands of the binder: keys and aggregates behind GROUP BY. */
  readonly take?: (expression: Expression) => Bound | undefined;
}

/** Names, types and functions of an expression. @throws SQL_UNKNOWN_NAME, SQL_TYPE, SQL_UNSUPPORTED */
export function bindExpression(expression: Expression, scope: Scope): Bound {
  return requireShortText(scope.take?.(expression) ?? bind(expression, scope), expression.span);
}

/** The same, of type BOOLEAN. @throws SQL_TYPE */
export function bindCondition(expression: Expression, scope: Scope, what: string): Bound {
  return requireBoolean(bindExpression(expression, scope), expression, what);
}

function bind(expression: Expression, scope: Scope): Bound {
  const bound = (part: Expression): Bound => bindExpression(part, scope);
  const { span } = expression;
  switch (expression.kind) {
    case 'literal':
      return literal(expression.type, expression.value);
    case 'name':
      return scope.column(expression.parts);
    case 'unary': {
      const operand = bound(expression.operand);
      if (expression.operator === 'NOT') return not(requireBoolean(operand, expression.operand, 'NOT'));
      return signed(expression.operator, operand, expression);
    }
    case 'binary': {
      const { operator } = expression;
      const [left, right] = [bound(expression.left), bound(expression.right)];
      if (operator === 'AND' || operator === 'OR') {
        const parts = [
          requireBoolean(left, expression.left, operator),
          requireBoolean(right, expression.right, operator),
        ];
        return operator === 'AND' ? and(parts) : or(parts);
      }
      if (operator === '||') return bindCall('CONCAT', [left, right], span);
      return isComparison(operator) ? comparison(operator, left, right, span) : arithmetic(operator, left, right, span);
    }
    case 'is':
      return bindIs(expression, bound(expression.operand));
    case 'between': {
      const [value, low, high] = [bound(expression.operand), bound(expression.low), bound(expression.high)];
      const within = (from: Bound, to: Bound): Bound =>
        and([comparison('>=', value, from, span), comparison('<=', value, to, span)]);
      const between = expression.isSymmetric ? or([within(low, high), within(high, low)]) : within(low, high);
      return expression.isNegated ? not(between) : between;
    }
    case 'in': {
      const value = bound(expression.operand);
      const list = expression.list.map(bound);
      requireComparable('IN', [value, ...list], span);
      const found = or(list.map((one) => comparison('=', value, one, span)));
      return expression.isNegated ? not(found) : found;
    }
    case 'like':
      return bindLike(expression, bound(expression.operand), bound(expression.pattern));
    case 'case':
      return bindCase(expression, bound);
    case 'cast':
      return cast(bound(expression.operand), expression.type, expression.isTry, span);
    case 'call': {
      const { name, args, isStar, filter } = expression;
      if (AGGREGATES.includes(name.text.toUpperCase()))
        throw new SqlError(
          'SQL_INVALID',
          span,
          `expected a value of one row, got the aggregate ${name.text.toUpperCase()}`,
          'write it in SELECT or HAVING of a query with GROUP BY, and none within another',
        );
      if (isStar || filter !== undefined)
        throw new SqlError(
          'SQL_INVALID',
          span,
          `expected an aggregate with ${isStar ? '*' : 'FILTER'}, got ${shown(name.text)}`,
          'write COUNT(*)',
        );
      return bindCall(name.text, args.map(bound), span);
    }
  }
}

function requireBoolean(bound: Bound, { span }: Expression, what: string): Bound {
  if (bound.type === 'BOOLEAN' || bound.type === 'NULL') return bound;
  throw new SqlError(
    'SQL_TYPE',
    span,
    `expected BOOLEAN for ${what}, got ${bound.type}`,
    'write a condition, such as x > 0',
  );
}

function signed(operator: '-' | '+', operand: Bound, { span }: Expression): Bound {
  const { type } = operand;
  if (!isNumeric(type) && type !== 'NULL')
    throw new SqlError('SQL_TYPE', span, `expected a number behind ${operator}, got ${type}`, 'CAST it');
  if (operator === '+') return operand;
  const text = `(-${operand.text})`;
  if (type !== 'INT' && type !== 'BIGINT') return strict(type, text, [operand], (value: number) => -value);
  return strict(type, text, [operand], (value: number) => requireInteger(-value, type, 'result of -'));
}

function bindIs({ what, isNegated }: Extract<Expression, { kind: 'is' }>, operand: Bound): Bound {
  const wanted = what === 'NULL' ? null : what === 'TRUE';
  const { run } = operand;
  return {
    type: 'BOOLEAN',
    text: `(${operand.text} IS ${isNegated ? 'NOT ' : ''}${what})`,
    run: (row) => (run(row) === wanted) !== isNegated,
  };
}

function bindLike(
  { escape, isNegated, span, pattern: at }: Extract<Expression, { kind: 'like' }>,
  operand: Bound,
  pattern: Bound,
): Bound {
  for (const { type } of [operand, pattern])
    if (type !== 'STRING' && type !== 'NULL')
      throw new SqlError(
        'SQL_TYPE',
        span,
        `expected STRING for LIKE, got ${operand.type} and ${pattern.type}`,
        'CAST it to STRING',
      );
  const given = pattern.constant?.value;
  if (typeof given !== 'string')
    throw new SqlError(
      'SQL_UNSUPPORTED',
      at.span,
      'a pattern of LIKE that is no text in quotes is not there yet: got one',
      "write LIKE 'a%'",
    );
  if (escape !== undefined && [...escape.text].length !== 1)
    throw new SqlError(
      'SQL_INVALID',
      escape.span,
      `expected one character as ESCAPE, got ${shown(escape.text)}`,
      "write ESCAPE '!'",
    );
  const matches = escape === undefined && given.includes('\\') ? undefined : likePattern(given, escape?.text);
  if (matches === undefined)
    throw new SqlError(
      'SQL_INVALID',
      at.span,
      'expected ESCAPE before %, _ or itself only, got another',
      "name another character, such as ESCAPE '!'",
    );
  const like = strict(
    'BOOLEAN',
    `(${operand.text} LIKE ${pattern.text}${escape === undefined ? '' : ` ESCAPE '${escape.text}'`})`,
    [operand],
    matches,
  );
  return isNegated ? not(like) : like;
}

function bindCase(
  { operand, branches, otherwise, span }: Extract<Expression, { kind: 'case' }>,
  bound: (part: Expression) => Bound,
): Bound {
  const value = operand === undefined ? undefined : bound(operand);
  const cases = branches.map(({ when, then }) => {
    const condition = bound(when);
    return {
      when:
        value === undefined ? requireBoolean(condition, when, 'WHEN') : comparison('=', value, condition, when.span),
      then: bound(then),
    };
  });
  const last = otherwise === undefined ? literal('NULL', null) : bound(otherwise);
  const type: SqlType = typeOfAll('CASE', [...cases.map(({ then }) => then), last], span);
  return {
    type,
    text: `CASE ${cases.map(({ when, then }) => `WHEN ${when.text} THEN ${then.text}`).join(' ')} ELSE ${last.text} END`,
    run: (row) => (cases.find(({ when }) => when.run(row) === true)?.then ?? last).run(row),
  };
}
