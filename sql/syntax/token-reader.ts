import { shown, SqlError, type Span } from '../sql-error.ts';
import { Lexer, type Token } from './lexer.ts';

/** Names of clauses: as the name of a column they have to be quoted. */
const RESERVED = new Set(
  'SELECT FROM WHERE GROUP HAVING ORDER UNION EXCEPT INTERSECT LIMIT JOIN INNER LEFT RIGHT FULL CROSS ON AS BY AND OR NOT NULL IS IN BETWEEN LIKE CASE WHEN THEN ELSE CREATE INSERT INTO WITH DISTINCT'.split(
    ' ',
  ),
);

/** Reads tokens with a look ahead. */
export class TokenReader {
  readonly text: string;
  readonly #lexer: Lexer;
  readonly #ahead: Token[] = [];
  /** The token that was taken last. */
  last: Token;

  constructor(text: string) {
    this.text = text;
    this.#lexer = new Lexer(text);
    this.last = { kind: 'end', text: '', upper: '', span: { start: 0, end: 0, line: 1, column: 1 } };
  }

  peek(further = 0): Token {
    while (this.#ahead.length <= further) this.#ahead.push(this.#lexer.next());
    return this.#ahead[further] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.#ahead.shift();
    this.last = token;
    return token;
  }

  isWord(word: string, further = 0): boolean {
    return this.peek(further).upper === word;
  }

  isSymbol(symbol: string, further = 0): boolean {
    const { kind, text } = this.peek(further);
    return kind === 'symbol' && text === symbol;
  }

  takeIf(wordOrSymbol: string): boolean {
    if (!this.isWord(wordOrSymbol) && !this.isSymbol(wordOrSymbol)) return false;
    this.take();
    return true;
  }

  /** @throws SQL_SYNTAX */
  expect(wordOrSymbol: string, remedy = `write ${wordOrSymbol}`): Token {
    if (this.isWord(wordOrSymbol) || this.isSymbol(wordOrSymbol)) return this.take();
    throw this.unexpected(wordOrSymbol, remedy);
  }

  /** Whether a name comes: quoted, or a word that begins no clause. */
  isName(further = 0): boolean {
    const { kind, upper } = this.peek(further);
    return kind === 'quoted' || (kind === 'word' && !RESERVED.has(upper));
  }

  /** @throws SQL_SYNTAX */
  name(what: string): Token {
    if (this.isName()) return this.take();
    const { kind, text } = this.peek();
    throw this.unexpected(what, kind === 'word' ? `write \`${text}\` where it is a name` : `write ${what}`);
  }

  /** @throws SQL_SYNTAX */
  string(what: string): Token {
    if (this.peek().kind === 'string') return this.take();
    throw this.unexpected(what, `write ${what} in single quotes`);
  }

  unexpected(expected: string, remedy: string): SqlError {
    const { kind, text, span } = this.peek();
    return new SqlError(
      'SQL_SYNTAX',
      span,
      `expected ${expected}, got ${kind === 'end' ? 'the end of the text' : shown(text)}`,
      remedy,
    );
  }

  /** From the start of a token to the end of the last one that was taken. */
  spanFrom({ start, line, column }: Span): Span {
    return { start, line, column, end: Math.max(start, this.last.span.end) };
  }
}

/** A construct that is known and not there. */
export function unsupported(span: Span, what: string, remedy: string): SqlError {
  return new SqlError('SQL_UNSUPPORTED', span, `${what} is not there yet: got it`, remedy);
}
