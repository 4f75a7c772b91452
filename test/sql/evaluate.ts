import { bindExpression } from '../../sql/bind/bind-expression.ts';
import type { Bound } from '../../sql/bind/bound.ts';
import { scopeOf } from '../../sql/plan/relation.ts';
import { ExpressionParser } from '../../sql/syntax/parse-expression.ts';
import { TokenReader } from '../../sql/syntax/token-reader.ts';
import type { Row, SqlType, Value } from '../../sql/types/sql-type.ts';

/** An expression over columns of these types. */
export function bound(text: string, columns: Readonly<Record<string, SqlType>> = {}): Bound {
  const fields = Object.entries(columns).map(([name, type]): [string, Bound] => [
    name,
    { type, text: name, run: (row) => row[name] ?? null },
  ]);
  const expression = new ExpressionParser(new TokenReader(text)).parse();
  return bindExpression(expression, scopeOf({ name: 't', columns: new Map(fields), unread: new Map() }));
}

export function evaluate(text: string, row: Row = {}, columns: Readonly<Record<string, SqlType>> = {}): Value {
  return bound(text, columns).run(row);
}
