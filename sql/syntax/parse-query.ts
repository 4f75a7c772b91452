import { shown, SqlError } from '../sql-error.ts';
import type { Expression, From, Name, Select, SelectItem, WindowFrom } from './ast.ts';
import { ExpressionParser } from './parse-expression.ts';
import { parseInterval } from './parse-interval.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

/** Columns of a SELECT, expressions of a GROUP BY. */
const MAX_LIST = 1_000;
const MAX_SUBQUERIES = 20;

/** `SELECT … FROM … [WHERE …] [GROUP BY …] [HAVING …]` @throws SQL_SYNTAX, SQL_UNSUPPORTED */
export function parseSelect(reader: TokenReader, level = 0): Select {
  if (reader.isWord('WITH')) throw unsupported(reader.peek().span, 'WITH', 'write CREATE VIEW');
  const { span: start } = reader.expect('SELECT', 'write SELECT');
  if (level > MAX_SUBQUERIES)
    throw new SqlError(
      'SQL_SYNTAX',
      start,
      `expected at most ${MAX_SUBQUERIES} subqueries in each other, got more`,
      'write fewer',
    );
  if (reader.isWord('DISTINCT'))
    throw unsupported(reader.peek().span, 'SELECT DISTINCT', 'write GROUP BY with a window');
  const items = listOf(reader, () => parseItem(reader));
  reader.expect('FROM', 'write FROM and the name of a table');
  const from = parseFrom(reader, level);
  refuseJoin(reader);
  const where = reader.takeIf('WHERE') ? expression(reader) : undefined;
  const groupBy = reader.takeIf('GROUP') ? parseGroupBy(reader) : [];
  const having = reader.takeIf('HAVING') ? expression(reader) : undefined;
  for (const [word, remedy] of REFUSED_CLAUSES)
    if (reader.isWord(word)) throw unsupported(reader.peek().span, word === 'ORDER' ? 'ORDER BY' : word, remedy);
  return { kind: 'select', items, from, where, groupBy, having, span: reader.spanFrom(start) };
}

const REFUSED_CLAUSES: ReadonlyArray<readonly [word: string, remedy: string]> = [
  ['ORDER', 'leave it out: results are ordered per key'],
  ['LIMIT', 'leave it out: a stream has no end'],
  ['FETCH', 'leave it out: a stream has no end'],
  ['OFFSET', 'leave it out: a stream has no end'],
  ['UNION', 'write a pipeline with the DSL and union'],
  ['EXCEPT', 'write the condition in WHERE'],
  ['INTERSECT', 'write the condition in WHERE'],
  ['WINDOW', 'group by a window'],
  ['EMIT', 'leave it out: results come when their window ends'],
  ['QUALIFY', 'leave it out'],
];

function refuseJoin(reader: TokenReader): void {
  const { span, upper } = reader.peek();
  const joins = ['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL'];
  if (joins.includes(upper) || reader.isSymbol(',')) throw unsupported(span, 'a JOIN', 'read one table');
  if (upper === 'MATCH_RECOGNIZE') throw unsupported(span, upper, 'write a process function with the DSL');
  if (upper === 'FOR') throw unsupported(span, 'FOR SYSTEM_TIME AS OF', 'read one table');
}

const expression = (reader: TokenReader): Expression => new ExpressionParser(reader).parse();

function listOf<T>(reader: TokenReader, one: () => T): T[] {
  const list = [one()];
  while (reader.takeIf(',')) {
    if (list.length === MAX_LIST)
      throw new SqlError(
        'SQL_SYNTAX',
        reader.peek().span,
        `expected at most ${MAX_LIST} expressions, got more`,
        'write fewer',
      );
    list.push(one());
  }
  return list;
}

function parseItem(reader: TokenReader): SelectItem {
  const { span } = reader.peek();
  if (reader.takeIf('*')) return { expression: undefined, alias: undefined, span };
  const value = expression(reader);
  return { expression: value, alias: parseAlias(reader), span: reader.spanFrom(span) };
}

function parseAlias(reader: TokenReader): Name | undefined {
  if (reader.takeIf('AS')) return reader.name('a name behind AS');
  const isClause =
    REFUSED_CLAUSES.some(([word]) => reader.isWord(word)) ||
    reader.isWord('MATCH_RECOGNIZE') ||
    reader.isWord('FOR') ||
    reader.isWord('NATURAL');
  return reader.isName() && !isClause ? reader.take() : undefined;
}

function parseGroupBy(reader: TokenReader): Expression[] {
  reader.expect('BY', 'write GROUP BY');
  const { span, upper } = reader.peek();
  if (['GROUPING', 'CUBE', 'ROLLUP'].includes(upper))
    throw unsupported(span, upper === 'GROUPING' ? 'GROUPING SETS' : upper, 'write one pipeline for each');
  return listOf(reader, () => expression(reader));
}

function parseFrom(reader: TokenReader, level: number): From {
  if (reader.takeIf('(')) {
    const table = parseSelect(reader, level + 1);
    reader.expect(')');
    return { kind: 'table', table, alias: parseAlias(reader) };
  }
  const { upper, span } = reader.peek();
  if (upper === 'UNNEST' || upper === 'LATERAL') throw unsupported(span, upper, 'read one table');
  if (upper === 'TABLE' && reader.isSymbol('(', 1)) {
    reader.take();
    reader.take();
    const windows = parseWindows(reader);
    reader.expect(')', 'write ) behind TABLE(…)');
    return { ...windows, alias: parseAlias(reader) };
  }
  if (reader.isSymbol('(', 1)) return { ...parseWindows(reader), alias: parseAlias(reader) };
  const table = reader.name('the name of a table');
  if (reader.isSymbol('.')) throw unsupported(reader.peek().span, 'a catalog', 'write the name of the table alone');
  if (reader.isSymbol('/')) throw unsupported(reader.peek().span, 'a hint', 'leave it out');
  return { kind: 'table', table, alias: parseAlias(reader) };
}

const SHAPES = {
  TUMBLE: "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)",
  HOP: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)",
  SESSION: "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE)",
} as const;

/** Also as RisingWave spells it: `TUMBLE(t, ts, INTERVAL '1' HOUR)`. */
function parseWindows(reader: TokenReader): WindowFrom {
  const { upper, text, span } = reader.name('TUMBLE, HOP or SESSION');
  if (upper === 'CUMULATE') throw unsupported(span, 'CUMULATE', 'write TUMBLE or HOP');
  if (!Object.hasOwn(SHAPES, upper))
    throw new SqlError(
      'SQL_UNKNOWN_NAME',
      span,
      `expected TUMBLE, HOP or SESSION, got ${shown(text)}`,
      `write ${SHAPES.TUMBLE}`,
    );
  const windows = upper as keyof typeof SHAPES;
  const remedy = `write ${SHAPES[windows]}`;
  reader.expect('(', remedy);
  if (reader.isSymbol('=>', 1)) throw unsupported(reader.peek().span, 'an argument by name', remedy);
  if (!reader.isSymbol(',', 1)) reader.takeIf('TABLE');
  const table = reader.name('the name of a table');
  const partitionBy: Name[] = [];
  if (reader.takeIf('PARTITION')) {
    reader.expect('BY');
    partitionBy.push(...listOf(reader, () => reader.name('a column')));
    // What is a column of the partition and what the next argument shows the parenthesis behind DESCRIPTOR.
    if (reader.isSymbol('(') && reader.last.upper === 'DESCRIPTOR') partitionBy.pop();
  } else {
    reader.expect(',', remedy);
  }
  const isDescriptor = reader.last.upper === 'DESCRIPTOR' || (reader.isWord('DESCRIPTOR') && reader.isSymbol('(', 1));
  if (isDescriptor) {
    if (reader.last.upper !== 'DESCRIPTOR') reader.take();
    reader.expect('(', remedy);
  }
  const time = reader.name('the column of the time');
  if (isDescriptor) reader.expect(')');
  const intervals: number[] = [];
  while (intervals.length < 4 && reader.takeIf(',')) intervals.push(parseInterval(reader));
  const needed = windows === 'HOP' ? 2 : 1;
  const hasOffset = intervals.length === needed + 1 && windows !== 'SESSION';
  if (intervals.length !== needed && !hasOffset) throw reader.unexpected(`${needed} INTERVALs of ${windows}`, remedy);
  reader.expect(')', remedy);
  return {
    kind: 'window',
    windows,
    table,
    partitionBy,
    time,
    intervals,
    alias: undefined,
    span: reader.spanFrom(span),
  };
}
