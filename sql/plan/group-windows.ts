/** Windows as GROUP BY named them before there were tables of windows: `GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR)`. */
import { SqlError } from '../sql-error.ts';
import type { Expression, Name, Select, WindowFrom } from '../syntax/ast.ts';

type Call = Extract<Expression, { kind: 'call' }>;

const WORDS: readonly string[] = ['TUMBLE', 'HOP', 'SESSION'];

/** The same query over `TABLE(TUMBLE(…))`; one without such a window stays as it is. @throws SQL_INVALID */
export function withWindowTable(select: Select): Select {
  const { from, groupBy } = select;
  const call = groupBy.find((one): one is Call => one.kind === 'call' && WORDS.includes(one.name.text.toUpperCase()));
  if (from.kind === 'window' || call === undefined) return select;
  const windows = call.name.text.toUpperCase() as WindowFrom['windows'];
  const [time, ...lengths] = call.args;
  const column = time?.kind === 'name' ? time.parts.at(-1) : undefined;
  const intervals = lengths.flatMap((one) =>
    one.kind === 'literal' && one.type === 'INTERVAL' ? [Number(one.value)] : [],
  );
  const needed = windows === 'HOP' ? 2 : 1;
  if (column === undefined || lengths.length !== needed || intervals.length !== needed)
    throw new SqlError(
      'SQL_INVALID',
      call.span,
      `expected a column and ${needed} INTERVALs in ${windows}, got something else`,
      `write ${windows}(ts${", INTERVAL '1' HOUR".repeat(needed)})`,
    );
  const name = (text: string): Expression => ({
    kind: 'name',
    parts: [{ text, span: call.span }],
    span: call.span,
    depth: 1,
  });
  const text = textOf(call);
  const change = (expression: Expression): Expression => {
    if (expression.kind !== 'call') return changed(expression, change);
    const upper = expression.name.text.toUpperCase();
    const bound = WORDS.some((word) => upper === `${word}_START`) ? 'window_start' : 'window_end';
    if (!WORDS.some((word) => upper === `${word}_START` || upper === `${word}_END`)) return changed(expression, change);
    if (!upper.startsWith(windows) || textOf(expression) !== text)
      throw new SqlError(
        'SQL_INVALID',
        expression.span,
        `expected the window of GROUP BY in ${upper}, got another`,
        'write the arguments that it has there',
      );
    return name(bound);
  };
  const table: Name = from.alias ?? ('items' in from.table ? { text: 'the subquery', span: call.span } : from.table);
  return {
    ...select,
    items: select.items.map((item) =>
      item.expression === undefined ? item : { ...item, expression: change(item.expression) },
    ),
    having: select.having === undefined ? undefined : change(select.having),
    groupBy: [...groupBy.filter((one) => one !== call), name('window_start'), name('window_end')],
    from: {
      kind: 'window',
      windows,
      table,
      partitionBy: undefined,
      time: column,
      intervals,
      alias: from.alias,
      span: call.span,
    },
  };
}

/** The arguments, without where they stand. */
const textOf = ({ args }: Call): string =>
  JSON.stringify(args, (key, value: unknown) => (key === 'span' || key === 'depth' ? undefined : value));

/** With each part changed. */
function changed(expression: Expression, change: (part: Expression) => Expression): Expression {
  const part = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(part);
    if (typeof value !== 'object' || value === null) return value;
    if ('kind' in value) return change(value as Expression);
    return 'when' in value ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, part(one)])) : value;
  };
  return Object.fromEntries(
    Object.entries(expression).map(([key, value]) => [key, part(value)]),
  ) as unknown as Expression;
}
