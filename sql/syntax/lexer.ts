/** Text to tokens, one at a time: an error ends the reading where it stands, however long the text goes on. */
import { shown, SqlError, type Span } from '../sql-error.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end';
  /** What it says: of a quoted name or a string without its quotes. */
  readonly text: string;
  /** Of a word in upper case, for keywords; of others empty. */
  readonly upper: string;
  readonly span: Span;
}

const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /<>|!=|<=|>=|\|\||=>|[-+*/%=<>(),.;[\]]/y;
const BLANK = /[ \t\r\n]+/y;
const MAX_NAME_LENGTH = 255;

export class Lexer {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws SQL_SYNTAX */
  next(): Token {
    this.#skipBlanks();
    const text = this.#text;
    const first = text[this.#at];
    if (first === undefined) return this.#token('end', '', this.#at);
    if (first === "'") return this.#quoted('string', "'", 'string');
    if (first === '`') return this.#quoted('quoted', '`', 'quoted name');
    if (first === '"') {
      throw this.#error(this.#at + 1, 'expected SQL, got "', 'write names in `backticks` and texts in single quotes');
    }
    const word = this.#match(WORD);
    if (word !== undefined)
      return this.#token('word', requireShort(word, this.#spanTo(this.#at + 1)), this.#at + word.length);
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#token('number', number, this.#at + number.length);
    const symbol = this.#match(SYMBOL);
    if (symbol !== undefined) return this.#token('symbol', symbol, this.#at + symbol.length);
    const code = (text.codePointAt(this.#at) as number).toString(16).toUpperCase().padStart(4, '0');
    throw this.#error(this.#at + 1, `expected SQL, got the character U+${code}`, 'remove it');
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #skipBlanks(): void {
    for (;;) {
      const blank = this.#match(BLANK);
      if (blank !== undefined) this.#moveTo(this.#at + blank.length);
      else if (this.#text.startsWith('--', this.#at)) {
        const end = this.#text.indexOf('\n', this.#at);
        this.#moveTo(end < 0 ? this.#text.length : end);
      } else if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end < 0)
          throw this.#error(this.#at + 2, 'expected the end of the comment, got the end of the text', 'write */');
        this.#moveTo(end + 2);
      } else return;
    }
  }

  /** A doubled quote within is one quote. */
  #quoted(kind: 'string' | 'quoted', quote: string, what: string): Token {
    let end = this.#at;
    do {
      end = this.#text.indexOf(quote, end + 1);
      if (end < 0)
        throw this.#error(this.#at + 1, `expected the end of the ${what}, got the end of the text`, `write ${quote}`);
    } while (this.#text[end + 1] === quote && ++end);
    const value = this.#text.slice(this.#at + 1, end).replaceAll(quote + quote, quote);
    if (value.includes('\0')) throw this.#error(this.#at + 1, `expected text, got a ${what} with NUL`, 'remove it');
    if (kind === 'quoted') {
      requireShort(value, this.#spanTo(this.#at + 1));
      if (value === '') throw this.#error(this.#at + 2, 'expected a name, got ``', 'write a name');
    }
    return this.#token(kind, value, end + 1);
  }

  #token(kind: Token['kind'], text: string, end: number): Token {
    const span = this.#spanTo(end);
    this.#moveTo(end);
    return { kind, text, upper: kind === 'word' ? text.toUpperCase() : '', span };
  }

  #spanTo(end: number): Span {
    return { start: this.#at, end, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #moveTo(end: number): void {
    for (let at = this.#at; at < end; at++) {
      if (this.#text.charCodeAt(at) !== 10) continue;
      this.#line++;
      this.#lineStart = at + 1;
    }
    this.#at = end;
  }

  #error(end: number, problem: string, remedy: string): SqlError {
    return new SqlError('SQL_SYNTAX', this.#spanTo(end), problem, remedy);
  }
}

function requireShort(name: string, span: Span): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const problem = `expected a name of at most ${MAX_NAME_LENGTH} characters, got ${shown(name)}`;
  throw new SqlError('SQL_SYNTAX', span, problem, 'shorten it');
}
