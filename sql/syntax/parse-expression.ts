/** Expressions, by recursive descent with the precedence of operators. */
import { shown, SqlError, type Span } from '../sql-error.ts';
import { parseTimestamp } from '../types/timestamp.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { BinaryOperator, CaseBranch, Expression, Name } from './ast.ts';
import { numberLiteral } from './number-literal.ts';
import { parseInterval } from './parse-interval.ts';
import { parseCastType } from './parse-type.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

/** Levels of an expression at most: each takes some frames of the stack here, in the binder and with each record. */
const MAX_DEPTH = 200;

type Plain<E = Expression> = E extends Expression ? Omit<E, 'depth' | 'span'> : never;

export class ExpressionParser {
  readonly #reader: TokenReader;
  #nesting = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  /** @throws SQL_SYNTAX, SQL_UNSUPPORTED */
  parse(): Expression {
    if (++this.#nesting > MAX_DEPTH) throw tooDeep(this.#reader.peek().span);
    const expression = this.#or();
    this.#nesting--;
    return expression;
  }

  #make(start: Span, plain: Plain, ...children: ReadonlyArray<Expression | undefined>): Expression {
    const depth = 1 + children.reduce((most, child) => Math.max(most, child?.depth ?? 0), 0);
    if (depth > MAX_DEPTH) throw tooDeep(start);
    return { ...plain, depth, span: this.#reader.spanFrom(start) } as Expression;
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((one) => this.#reader.isWord(one) || this.#reader.isSymbol(one));
      if (operator === undefined) return left;
      this.#reader.take();
      const right = operand();
      left = this.#make(left.span, { kind: 'binary', operator, left, right }, left, right);
    }
  }

  #or(): Expression {
    return this.#binary(['OR'], () => this.#binary(['AND'], () => this.#not()));
  }

  #not(): Expression {
    const { span } = this.#reader.peek();
    let count = 0;
    while (this.#reader.takeIf('NOT')) if (++count > MAX_DEPTH) throw tooDeep(span);
    let expression = this.#comparison();
    for (; count > 0; count--)
      expression = this.#make(span, { kind: 'unary', operator: 'NOT', operand: expression }, expression);
    return expression;
  }

  #comparison(): Expression {
    const reader = this.#reader;
    let left = this.#sum();
    for (;;) {
      const start = left.span;
      const operator = (['=', '<>', '<=', '>=', '<', '>'] as const).find((one) => reader.isSymbol(one));
      if (reader.isSymbol('!=')) {
        const { span } = reader.peek();
        throw new SqlError('SQL_SYNTAX', span, 'expected an operator of SQL, got "!="', 'write <>');
      }
      if (operator !== undefined) {
        reader.take();
        const right = this.#sum();
        left = this.#make(start, { kind: 'binary', operator, left, right }, left, right);
      } else if (reader.takeIf('IS')) {
        const isNegated = reader.takeIf('NOT');
        if (reader.isWord('DISTINCT'))
          throw unsupported(reader.peek().span, 'IS DISTINCT FROM', 'write a <> b OR a IS NULL');
        const word = (['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const).find((one) => reader.isWord(one));
        if (word === undefined) throw reader.unexpected('NULL, TRUE, FALSE or UNKNOWN', 'write IS NULL');
        reader.take();
        left = this.#make(
          start,
          { kind: 'is', operand: left, what: word === 'UNKNOWN' ? 'NULL' : word, isNegated },
          left,
        );
      } else {
        const isNegated = reader.isWord('NOT');
        const what = reader.peek(isNegated ? 1 : 0).upper;
        if (!['BETWEEN', 'IN', 'LIKE', 'SIMILAR'].includes(what)) return left;
        if (isNegated) reader.take();
        reader.take();
        left = this.#predicate(left, what, isNegated);
      }
    }
  }

  #predicate(operand: Expression, what: string, isNegated: boolean): Expression {
    const reader = this.#reader;
    if (what === 'SIMILAR') throw unsupported(reader.last.span, 'SIMILAR TO', 'write LIKE');
    if (what === 'BETWEEN') {
      const isSymmetric = reader.takeIf('SYMMETRIC');
      if (!isSymmetric) reader.takeIf('ASYMMETRIC');
      const low = this.#sum();
      reader.expect('AND', 'write BETWEEN a AND b');
      const high = this.#sum();
      return this.#make(
        operand.span,
        { kind: 'between', operand, low, high, isNegated, isSymmetric },
        operand,
        low,
        high,
      );
    }
    if (what === 'LIKE') {
      const pattern = this.#sum();
      const escape = reader.takeIf('ESCAPE') ? reader.string('one character') : undefined;
      return this.#make(operand.span, { kind: 'like', operand, pattern, escape, isNegated }, operand, pattern);
    }
    reader.expect('(', 'write IN (1, 2)');
    if (reader.isWord('SELECT'))
      throw unsupported(reader.peek().span, 'IN with a subquery', 'write IN with a list of values');
    const list = this.#list();
    reader.expect(')');
    return this.#make(operand.span, { kind: 'in', operand, list, isNegated }, operand, ...list);
  }

  #list(): Expression[] {
    const list = [this.parse()];
    while (this.#reader.takeIf(',')) list.push(this.parse());
    return list;
  }

  #sum(): Expression {
    return this.#binary(['+', '-', '||'], () => this.#binary(['*', '/', '%'], () => this.#sign()));
  }

  #sign(): Expression {
    const reader = this.#reader;
    const { span, text } = reader.peek();
    if (!reader.isSymbol('-') && !reader.isSymbol('+')) return this.#primary();
    reader.take();
    if (++this.#nesting > MAX_DEPTH) throw tooDeep(span);
    const operand = this.#sign();
    this.#nesting--;
    if (text === '-' && operand.kind === 'literal' && typeof operand.value === 'number' && operand.value > 0) {
      return this.#literal(
        span,
        operand.type === 'BIGINT' && operand.value === 2 ** 31 ? 'INT' : operand.type,
        -operand.value,
      );
    }
    return this.#make(span, { kind: 'unary', operator: text as '-' | '+', operand }, operand);
  }

  #literal(span: Span, type: SqlType, value: string | number | boolean | null): Expression {
    return this.#make(span, { kind: 'literal', type, value });
  }

  #primary(): Expression {
    const reader = this.#reader;
    const token = reader.peek();
    const { kind, text, upper, span } = token;
    if (kind === 'string') {
      reader.take();
      return this.#literal(span, 'STRING', text);
    }
    if (kind === 'number') {
      reader.take();
      const { type, value } = numberLiteral(text, span);
      return this.#literal(span, type, value);
    }
    if (reader.takeIf('(')) {
      if (reader.isWord('SELECT')) throw unsupported(reader.peek().span, 'a subquery as a value', 'write the value');
      const inner = this.parse();
      if (reader.isSymbol(','))
        throw unsupported(reader.peek().span, 'a row of several values', 'compare them one by one');
      reader.expect(')');
      return inner;
    }
    if (kind === 'word') {
      if (upper === 'NULL' || upper === 'TRUE' || upper === 'FALSE') {
        reader.take();
        return this.#literal(span, upper === 'NULL' ? 'NULL' : 'BOOLEAN', upper === 'NULL' ? null : upper === 'TRUE');
      }
      if (upper === 'CASE') return this.#case();
      const next = reader.peek(1);
      if (upper === 'INTERVAL' && next.kind === 'string') return this.#literal(span, 'INTERVAL', parseInterval(reader));
      if (upper === 'TIMESTAMP' && next.kind === 'string') return this.#timestamp();
      if ((upper === 'DATE' || upper === 'TIME') && next.kind === 'string')
        throw unsupported(span, `the literal ${upper}`, "write TIMESTAMP '2001-01-01 00:00:00'");
      if (upper === 'EXISTS') throw unsupported(span, 'EXISTS', 'write a condition on columns');
      if (upper === 'ARRAY' || upper === 'MAP') {
        if (next.text === '[') throw unsupported(span, upper, 'leave it out');
      }
      if (reader.isSymbol('(', 1) && (reader.isName() || upper === 'LEFT' || upper === 'RIGHT')) return this.#call();
    }
    return this.#name();
  }

  #name(): Expression {
    const reader = this.#reader;
    const first = reader.name('an expression');
    const parts: Name[] = [first];
    while (reader.isSymbol('.') && parts.length < 3) {
      reader.take();
      parts.push(reader.name('a column'));
    }
    if (reader.isSymbol('[')) throw unsupported(reader.peek().span, 'an element of an array or map', 'leave it out');
    return this.#make(first.span, { kind: 'name', parts });
  }

  #timestamp(): Expression {
    const { span } = this.#reader.take();
    const { text, span: at } = this.#reader.take();
    const value = parseTimestamp(text);
    if (value === undefined)
      throw new SqlError(
        'SQL_SYNTAX',
        at,
        `expected a time, got ${shown(text)}`,
        "write TIMESTAMP '2001-01-01 10:30:00'",
      );
    return this.#literal(span, 'TIMESTAMP(3)', value);
  }

  #case(): Expression {
    const reader = this.#reader;
    const { span } = reader.take();
    const operand = reader.isWord('WHEN') ? undefined : this.parse();
    const branches: CaseBranch[] = [];
    while (reader.takeIf('WHEN')) {
      const when = this.parse();
      reader.expect('THEN');
      branches.push({ when, then: this.parse() });
    }
    if (branches.length === 0) throw reader.unexpected('WHEN', 'write CASE WHEN condition THEN value END');
    const otherwise = reader.takeIf('ELSE') ? this.parse() : undefined;
    reader.expect('END', 'write END behind the last branch of CASE');
    const children = branches.flatMap(({ when, then }) => [when, then]);
    return this.#make(span, { kind: 'case', operand, branches, otherwise }, operand, otherwise, ...children);
  }

  #call(): Expression {
    const reader = this.#reader;
    const name = reader.take();
    reader.expect('(');
    const { upper, span } = name;
    if (upper === 'CAST' || upper === 'TRY_CAST') {
      const operand = this.parse();
      reader.expect('AS', `write ${upper}(x AS BIGINT)`);
      const type = parseCastType(reader);
      reader.expect(')');
      return this.#make(span, { kind: 'cast', operand, type, isTry: upper === 'TRY_CAST' }, operand);
    }
    let isStar = false;
    const args: Expression[] = [];
    if (reader.isWord('DISTINCT') && upper !== 'COUNT')
      throw unsupported(reader.peek().span, `${upper}(DISTINCT …)`, 'leave DISTINCT out, or use the DSL');
    const isDistinct = reader.takeIf('DISTINCT');
    if (!isDistinct && reader.takeIf('*')) isStar = true;
    else if (!reader.isSymbol(')')) this.#arguments(upper, args);
    reader.expect(')', 'write ) behind the arguments');
    let filter: Expression | undefined;
    if (reader.isWord('FILTER') && reader.isSymbol('(', 1)) {
      reader.take();
      reader.take();
      reader.expect('WHERE', 'write FILTER (WHERE condition)');
      filter = this.parse();
      reader.expect(')');
    }
    if (reader.isWord('OVER')) throw unsupported(reader.peek().span, 'OVER', 'group by a window');
    if (reader.isWord('WITHIN')) throw unsupported(reader.peek().span, 'WITHIN GROUP', 'leave it out');
    return this.#make(span, { kind: 'call', name, args, isStar, isDistinct, filter }, filter, ...args);
  }

  /** Between commas, or between the words that SUBSTRING and POSITION have. */
  #arguments(upper: string, args: Expression[]): void {
    const reader = this.#reader;
    args.push(upper === 'POSITION' ? this.#sum() : this.parse());
    const words = upper === 'POSITION' ? ['IN'] : upper === 'SUBSTRING' ? ['FROM', 'FOR'] : [];
    while (reader.takeIf(',') || words.some((word) => reader.takeIf(word))) args.push(this.parse());
    if (reader.isSymbol('=>'))
      throw unsupported(reader.peek().span, 'an argument by name', 'write arguments by their place');
  }
}

function tooDeep(span: Span): SqlError {
  return new SqlError(
    'SQL_SYNTAX',
    span,
    `expected at most ${MAX_DEPTH} levels of an expression, got more`,
    'write it flatter, such as with IN',
  );
}
