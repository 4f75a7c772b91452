/**
 * The grammar of expressions.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
import { parseFunction, parseOperand, parsePath } from './operands.ts';
import { ExpressionError, type Action, type Condition, type Operand, type Parsed } from './syntax.ts';
import type { Comparator, Section } from './syntax.ts';
import { Tokens } from './tokens.ts';

type Parsers = { readonly [kind in keyof Parsed]: (tokens: Tokens) => Parsed[kind] };

const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const COMPARATORS = new Set(['=', '<>', '<', '<=', '>', '>=']);
const MAX_LENGTH = 4_096;
const PARSERS: Parsers = {
  ConditionExpression: parseCondition,
  FilterExpression: parseCondition,
  KeyConditionExpression: parseCondition,
  ProjectionExpression: parseProjection,
  UpdateExpression: parseUpdate,
};
/** Conditions that stand in parentheses. */
const inParentheses = new WeakSet<Condition>();
/** Programs have few expressions, and use them often. */
const MAX_KNOWN = 1_000;
const known = new Map<string, unknown>();

/** @throws ExpressionError */
export function parseExpression<K extends keyof Parsed>(kind: K, text: string): Parsed[K] {
  const id = `${kind}/${text}`;
  const found = known.get(id);
  if (found !== undefined) return found as Parsed[K];
  if (text.trim() === '') throw new ExpressionError('The expression can not be empty;');
  if (Buffer.byteLength(text) > MAX_LENGTH)
    throw new ExpressionError(
      `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
    );
  const tokens = new Tokens(text);
  const parsed = PARSERS[kind](tokens);
  if (tokens.next.kind !== 'end') throw tokens.unexpected();
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(id, parsed);
  return parsed;
}

function parseCondition(tokens: Tokens): Condition {
  let left = parseAnd(tokens);
  while (tokens.takes('OR')) left = { kind: 'or', left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: Tokens): Condition {
  let left = parseNot(tokens);
  while (tokens.takes('AND')) left = { kind: 'and', left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: Tokens): Condition {
  if (tokens.takes('NOT')) return { kind: 'not', condition: parseNot(tokens) };
  return parseTerm(tokens);
}

function parseTerm(tokens: Tokens): Condition {
  if (tokens.takes('(')) {
    const isDoubled = tokens.is('(');
    const condition = parseCondition(tokens);
    tokens.expect(')');
    if (isDoubled && inParentheses.has(condition))
      throw new ExpressionError('The expression has redundant parentheses;');
    inParentheses.add(condition);
    return condition;
  }
  if (tokens.next.kind === 'name' && tokens.afterNext.text === '(') {
    const call = parseFunction(tokens);
    if (call.name !== 'size') return call;
    return parseComparison(tokens, call);
  }
  return parseComparison(tokens, parseOperand(tokens));
}

function parseComparison(tokens: Tokens, left: Operand): Condition {
  if (tokens.takes('BETWEEN')) {
    const low = parseOperand(tokens);
    tokens.expect('AND');
    return { kind: 'between', operands: [left, low, parseOperand(tokens)] };
  }
  if (tokens.takes('IN')) {
    tokens.expect('(');
    const operands = [left, parseOperand(tokens)];
    while (tokens.takes(',')) operands.push(parseOperand(tokens));
    tokens.expect(')');
    return { kind: 'in', operands };
  }
  const { text } = tokens.next;
  if (!COMPARATORS.has(text)) throw tokens.unexpected();
  tokens.take();
  return { kind: 'compare', comparator: text as Comparator, operands: [left, parseOperand(tokens)] };
}

function parseProjection(tokens: Tokens): Parsed['ProjectionExpression'] {
  const paths = [parsePath(tokens)];
  while (tokens.takes(',')) paths.push(parsePath(tokens));
  return paths;
}

function parseUpdate(tokens: Tokens): Action[] {
  const actions: Action[] = [];
  const used = new Set<Section>();
  do {
    const section = SECTIONS.find((one) => tokens.takes(one));
    if (section === undefined) throw tokens.unexpected();
    if (used.has(section))
      throw new ExpressionError(`The "${section}" section can only be used once in an update expression;`);
    used.add(section);
    do actions.push(parseAction(tokens, section));
    while (tokens.takes(','));
  } while (tokens.next.kind !== 'end');
  return actions;
}

function parseAction(tokens: Tokens, section: Section): Action {
  const path = parsePath(tokens);
  if (section === 'REMOVE') return { section, path };
  if (section === 'SET') {
    tokens.expect('=');
    return { section, path, operand: parseSum(tokens) };
  }
  if (tokens.next.kind !== 'value') throw tokens.unexpected();
  return { section, path, operand: parseOperand(tokens) };
}

/** One operator at most; an operand may stand in parentheses. */
function parseSum(tokens: Tokens): Operand {
  const left = parseSummand(tokens);
  if (tokens.takes('+')) return { kind: 'sum', sign: 1, left, right: parseSummand(tokens) };
  if (tokens.takes('-')) return { kind: 'sum', sign: -1, left, right: parseSummand(tokens) };
  return left;
}

function parseSummand(tokens: Tokens): Operand {
  if (!tokens.takes('(')) return parseOperand(tokens);
  const operand = parseSum(tokens);
  tokens.expect(')');
  return operand;
}
