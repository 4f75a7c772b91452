import { SqlError } from '../sql-error.ts';
import type { ColumnDefinition, CreateTable, CreateView, Insert, Name, Option, Statement } from './ast.ts';
import { ExpressionParser } from './parse-expression.ts';
import { parseSelect } from './parse-query.ts';
import { parseColumnType } from './parse-type.ts';
import { TokenReader, unsupported } from './token-reader.ts';

/** Of a pipeline by hand never near it; a longer one is no pipeline [characters]. */
const MAX_TEXT = 1_000_000;
const MAX_STATEMENTS = 1_000;
const MAX_COLUMNS = 1_000;

/** All statements of a text, each but the last ended by `;`. @throws SQL_SYNTAX, SQL_UNSUPPORTED, SQL_UNKNOWN_NAME */
export function parseStatements(text: string): Statement[] {
  if (text.length > MAX_TEXT) {
    const start = { start: 0, end: 0, line: 1, column: 1 };
    throw new SqlError(
      'SQL_SYNTAX',
      start,
      `expected at most ${MAX_TEXT} characters, got ${text.length}`,
      'write a pipeline per file',
    );
  }
  const reader = new TokenReader(text);
  const statements: Statement[] = [];
  for (;;) {
    for (let empty = 0; empty <= MAX_STATEMENTS && reader.takeIf(';'); empty++);
    if (reader.peek().kind === 'end') return statements;
    if (statements.length === MAX_STATEMENTS)
      throw new SqlError(
        'SQL_SYNTAX',
        reader.peek().span,
        `expected at most ${MAX_STATEMENTS} statements, got more`,
        'write fewer',
      );
    statements.push(parseStatement(reader));
    if (reader.peek().kind !== 'end') reader.expect(';', 'write ; behind each statement');
  }
}

const OTHERS: Readonly<Record<string, string>> = {
  SELECT: 'write INSERT INTO and the table that gets the results before SELECT',
  WITH: 'write CREATE VIEW',
  RESET: 'leave it out',
  EXECUTE: 'write one INSERT INTO per file',
  BEGIN: 'write one INSERT INTO per file',
  DROP: 'leave it out',
  ALTER: 'change the CREATE TABLE',
  USE: 'leave it out',
  SHOW: 'leave it out',
  DESCRIBE: 'leave it out',
  EXPLAIN: 'write npx tidemark explain',
  ADD: 'leave it out',
  UPDATE: 'leave it out',
  DELETE: 'leave it out',
};

function parseStatement(reader: TokenReader): Statement {
  const { upper, span } = reader.peek();
  const remedy = OTHERS[upper];
  if (remedy !== undefined) throw unsupported(span, upper === 'SELECT' ? 'a SELECT on its own' : upper, remedy);
  if (reader.isWord('INSERT')) return parseInsert(reader);
  if (reader.takeIf('SET')) return { kind: 'set', ...parseOption(reader), span: reader.spanFrom(span) };
  if (reader.isWord('CREATE')) return parseCreate(reader);
  throw reader.unexpected('CREATE TABLE, CREATE VIEW or INSERT INTO', 'begin with one of them');
}

function parseInsert(reader: TokenReader): Insert {
  const { span } = reader.take();
  if (reader.isWord('OVERWRITE')) throw unsupported(reader.peek().span, 'INSERT OVERWRITE', 'write INSERT INTO');
  reader.expect('INTO');
  const table = reader.name('the table that gets the results');
  if (reader.isSymbol('('))
    throw unsupported(reader.peek().span, 'a list of columns', "write SELECT in the order of the table's columns");
  if (reader.isWord('VALUES')) throw unsupported(reader.peek().span, 'VALUES', 'write SELECT');
  const select = parseSelect(reader);
  return { kind: 'insert', table, select, span: reader.spanFrom(span) };
}

function parseCreate(reader: TokenReader): CreateTable | CreateView {
  const { span } = reader.take();
  if (reader.isWord('TEMPORARY')) reader.take();
  if (reader.isWord('VIEW')) return parseView(reader, span);
  if (!reader.isWord('TABLE') && reader.peek().kind === 'word')
    throw unsupported(
      reader.peek().span,
      `CREATE ${reader.peek().upper.slice(0, 40)}`,
      'write CREATE TABLE or CREATE VIEW',
    );
  reader.expect('TABLE');
  refuseIfNotExists(reader);
  const name = reader.name('the name of the table');
  reader.expect('(', 'write the columns: CREATE TABLE t (a STRING) WITH (…)');
  const columns: ColumnDefinition[] = [];
  let watermark: CreateTable['watermark'];
  let primaryKey: CreateTable['primaryKey'];
  do {
    const { span: at } = reader.peek();
    if (reader.isWord('WATERMARK') && reader.isWord('FOR', 1)) {
      if (watermark !== undefined)
        throw new SqlError('SQL_INVALID', at, 'expected one WATERMARK, got a second', 'leave it out');
      watermark = parseWatermark(reader);
    } else if (
      (reader.isWord('PRIMARY') && reader.isWord('KEY', 1)) ||
      (reader.isWord('CONSTRAINT') && !reader.isSymbol(',', 1) && reader.isWord('PRIMARY', 2))
    ) {
      if (primaryKey !== undefined)
        throw new SqlError('SQL_INVALID', at, 'expected one PRIMARY KEY, got a second', 'leave it out');
      primaryKey = parsePrimaryKey(reader);
    } else if (reader.isWord('UNIQUE') && reader.isSymbol('(', 1)) throw unsupported(at, 'UNIQUE', 'leave it out');
    else columns.push(parseColumn(reader));
    if (columns.length > MAX_COLUMNS)
      throw new SqlError('SQL_SYNTAX', at, `expected at most ${MAX_COLUMNS} columns, got more`, 'write fewer');
  } while (reader.takeIf(','));
  reader.expect(')', 'write , or ) behind a column');
  skipComment(reader);
  if (reader.isWord('PARTITIONED') || reader.isWord('DISTRIBUTED'))
    throw unsupported(reader.peek().span, `${reader.peek().upper} BY`, "write the option 'partition-key'");
  if (reader.isWord('LIKE') || reader.isWord('AS'))
    throw unsupported(reader.peek().span, `CREATE TABLE … ${reader.peek().upper}`, 'write its columns');
  reader.expect('WITH', "write WITH ('connector' = 'kinesis', …)");
  const options = parseOptions(reader);
  if (reader.isWord('LIKE') || reader.isWord('AS'))
    throw unsupported(reader.peek().span, `CREATE TABLE … ${reader.peek().upper}`, 'write its columns');
  return { kind: 'createTable', name, columns, watermark, primaryKey, options, span: reader.spanFrom(span) };
}

function refuseIfNotExists(reader: TokenReader): void {
  if (reader.isWord('IF') && reader.isWord('NOT', 1))
    throw unsupported(reader.peek().span, 'IF NOT EXISTS', 'leave it out');
}

function skipComment(reader: TokenReader): void {
  if (reader.takeIf('COMMENT')) reader.string('a comment');
}

function parseColumn(reader: TokenReader): ColumnDefinition {
  const name = reader.name('the name of a column');
  if (reader.takeIf('AS')) {
    const expression = new ExpressionParser(reader).parse();
    skipComment(reader);
    const isClock = expression.kind === 'call' && expression.name.text.toUpperCase() === 'PROCTIME';
    if (isClock && expression.args.length === 0 && !expression.isStar)
      return { kind: 'unread', name, what: 'PROCTIME()', remedy: 'go by the time of the records' };
    return { kind: 'computed', name, expression };
  }
  const type = parseColumnType(reader);
  if (reader.isWord('METADATA')) throw unsupported(reader.peek().span, 'METADATA', 'leave the column out');
  const isRequired = reader.takeIf('NOT');
  if (isRequired) reader.expect('NULL');
  else reader.takeIf('NULL');
  if (reader.isWord('PRIMARY'))
    throw unsupported(
      reader.peek().span,
      'PRIMARY KEY behind a column',
      `write PRIMARY KEY (${name.text}) NOT ENFORCED behind the columns`,
    );
  skipComment(reader);
  return typeof type === 'string' ? { kind: 'physical', name, type, isRequired } : { kind: 'unread', name, ...type };
}

function parseWatermark(reader: TokenReader): NonNullable<CreateTable['watermark']> {
  const { span } = reader.take();
  reader.take();
  const column = reader.name('the column of the time');
  reader.expect('AS', "write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND");
  const expression = new ExpressionParser(reader).parse();
  return { column, expression, span: reader.spanFrom(span) };
}

/** `[CONSTRAINT c] PRIMARY KEY (a, b) NOT ENFORCED` */
function parsePrimaryKey(reader: TokenReader): NonNullable<CreateTable['primaryKey']> {
  const { span } = reader.peek();
  if (reader.takeIf('CONSTRAINT')) reader.name('the name of the constraint');
  reader.take();
  reader.take();
  const remedy = 'write PRIMARY KEY (a, b) NOT ENFORCED';
  reader.expect('(', remedy);
  const columns: Name[] = [];
  do columns.push(reader.name('a column'));
  while (columns.length < MAX_COLUMNS && reader.takeIf(','));
  reader.expect(')', remedy);
  reader.expect('NOT', remedy);
  reader.expect('ENFORCED', remedy);
  return { columns, span: reader.spanFrom(span) };
}

function parseOption(reader: TokenReader): Option {
  const key: Name = reader.string('the name of an option');
  reader.expect('=');
  return { key, value: reader.string('the value of an option') };
}

function parseOptions(reader: TokenReader): Option[] {
  reader.expect('(');
  const options: Option[] = [];
  do {
    options.push(parseOption(reader));
  } while (options.length < MAX_COLUMNS && reader.takeIf(','));
  reader.expect(')', 'write , or ) behind an option');
  return options;
}

function parseView(reader: TokenReader, span: Statement['span']): CreateView {
  reader.take();
  refuseIfNotExists(reader);
  const name = reader.name('the name of the view');
  if (reader.isSymbol('('))
    throw unsupported(reader.peek().span, 'a list of columns', 'write AS behind each column of the SELECT');
  skipComment(reader);
  reader.expect('AS');
  const select = parseSelect(reader);
  return { kind: 'createView', name, select, span: reader.spanFrom(span) };
}
