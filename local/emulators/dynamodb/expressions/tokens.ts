import { ExpressionError } from './syntax.ts';

export interface Token {
  /** `end` is behind the last one. */
  readonly kind: 'name' | 'placeholder' | 'value' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:(?<placeholder>#[\w]+)|(?<value>:[\w]+)|(?<name>[A-Za-z_]\w*)|(?<number>\d+)|(?<sign><>|<=|>=|[=<>(),.+\-[\]]))/y;
const KINDS = ['placeholder', 'value', 'name', 'number', 'sign'] as const;

/** The tokens of one expression, looked at one by one. */
export class Tokens {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #next = 0;

  /** @throws ExpressionError at a character that is in no token */
  constructor(text: string) {
    this.#text = text;
    let at = 0;
    for (;;) {
      TOKEN.lastIndex = at;
      const groups = TOKEN.exec(text)?.groups;
      const kind = KINDS.find((one) => groups?.[one] !== undefined);
      if (kind === undefined) break;
      const found = groups?.[kind] as string;
      this.#tokens.push({ kind, text: found, at: TOKEN.lastIndex - found.length });
      at = TOKEN.lastIndex;
    }
    const rest = text.slice(at).trimStart();
    this.#tokens.push({ kind: 'end', text: '<EOF>', at: text.length });
    if (rest === '') return;
    const wrong = rest.slice(0, 1);
    throw syntaxError(wrong, text, text.length - rest.length, wrong.length);
  }

  get next(): Token {
    return this.#tokens[this.#next] as Token;
  }

  get afterNext(): Token {
    return (this.#tokens[this.#next + 1] ?? this.#tokens.at(-1)) as Token;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  /** Takes the sign or keyword if it is the next. */
  takes(text: string): boolean {
    const is = this.is(text);
    if (is) this.#next++;
    return is;
  }

  is(text: string): boolean {
    const { kind, text: found } = this.next;
    return kind === 'sign' ? found === text : kind === 'name' && found.toUpperCase() === text;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.unexpected();
  }

  unexpected(token = this.next): ExpressionError {
    return syntaxError(token.text, this.#text, token.at, token.kind === 'end' ? 0 : token.text.length);
  }
}

function syntaxError(token: string, text: string, at: number, length: number): ExpressionError {
  // The token before and the one behind it, as DynamoDB shows them.
  const before = /\S+\s*$/.exec(text.slice(0, at))?.[0] ?? '';
  const behind = /^\s*\S+/.exec(text.slice(at + length))?.[0] ?? '';
  return new ExpressionError(
    `Syntax error; token: "${token}", near: "${before}${text.slice(at, at + length)}${behind}"`,
  );
}
