import { isReserved } from './reserved-words.ts';
import { ExpressionError, type FunctionCall, type Operand, type Path } from './syntax.ts';
import type { Token, Tokens } from './tokens.ts';

/** Path, value or function of a condition. */
export function parseOperand(tokens: Tokens): Operand {
  const { kind, text } = tokens.next;
  if (kind === 'value') {
    tokens.take();
    return { kind: 'value', name: text };
  }
  if (kind === 'name' && tokens.afterNext.text === '(') return parseFunction(tokens);
  return { kind: 'path', path: parsePath(tokens) };
}

export function parseFunction(tokens: Tokens): FunctionCall {
  const name = tokens.take().text;
  tokens.expect('(');
  const operands = [parseOperand(tokens)];
  while (tokens.takes(',')) operands.push(parseOperand(tokens));
  tokens.expect(')');
  return { kind: 'function', name, operands };
}

export function parsePath(tokens: Tokens): Path {
  const path: Array<string | number> = [nameOf(tokens)];
  for (;;) {
    if (tokens.takes('.')) path.push(nameOf(tokens));
    else if (tokens.takes('[')) {
      if (tokens.next.kind !== 'number') throw tokens.unexpected();
      path.push(Number(tokens.take().text));
      tokens.expect(']');
    } else return path;
  }
}

function nameOf(tokens: Tokens): string {
  const token: Token = tokens.next;
  if (token.kind !== 'name' && token.kind !== 'placeholder') throw tokens.unexpected();
  tokens.take();
  if (token.kind === 'name' && isReserved(token.text))
    throw new ExpressionError(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
  return token.text;
}
