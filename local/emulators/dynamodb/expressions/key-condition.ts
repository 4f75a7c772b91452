import { namesOf, sortable, type KeyAttribute, type KeySchema } from '../key.ts';
import { invalid, invalidParameters } from '../service-error.ts';
import type { Value } from '../value.ts';
import type { Scope } from './scope.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';

/** What a query reads of a table. */
export interface KeyRange {
  readonly hash: string;
  includes(range: string): boolean;
}

interface Term {
  readonly name: string;
  readonly operator: Comparator | 'between' | 'begins_with';
  readonly values: readonly Value[];
}

const SWAPPED: Readonly<Partial<Record<Comparator, Comparator>>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** @throws ValidationException unless it is `hash = value` and, for its range, one condition at most */
export function keyRange(condition: Condition, scope: Scope, schema: KeySchema): KeyRange {
  const terms = termsOf(condition).map((term) => termOf(term, scope));
  if (new Set(terms.map(({ name }) => name)).size < terms.length)
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  const names = namesOf(schema);
  const hash = terms.find(({ name }) => name === names[0]);
  const range = terms.find(({ name }) => name === names[1]);
  if (hash === undefined || (terms.length === 2 && range === undefined))
    throw invalid(`Query condition missed key schema element: ${hash === undefined ? names[0] : names[1]}`);
  if (terms.length > 2) throw invalid('Conditions can be of length 1 or 2 only');
  if (hash.operator !== '=') throw invalid('Query key condition not supported');
  const [text = ''] = textsOf(hash, schema[0]);
  if (range === undefined || schema[1] === undefined) return { hash: text, includes: () => true };
  return { hash: text, includes: predicate(range.operator, textsOf(range, schema[1])) };
}

function predicate(operator: Term['operator'], [a = '', b = '']: readonly string[]): (range: string) => boolean {
  if (operator === 'between') return (range) => range >= a && range <= b;
  if (operator === 'begins_with') return (range) => range.startsWith(a);
  if (operator === '=') return (range) => range === a;
  if (operator === '<') return (range) => range < a;
  if (operator === '<=') return (range) => range <= a;
  return operator === '>' ? (range) => range > a : (range) => range >= a;
}

function textsOf({ values, operator }: Term, { name, type }: KeyAttribute): string[] {
  return values.map((value) => {
    if (value[type] === undefined || (operator === 'begins_with' && type === 'N'))
      throw invalidParameters('Condition parameter type does not match schema type');
    const text = sortable(value);
    if (text === '' && operator !== 'begins_with')
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
      );
    return text;
  });
}

function termsOf(condition: Condition): Condition[] {
  return condition.kind === 'and' ? [...termsOf(condition.left), ...termsOf(condition.right)] : [condition];
}

function termOf(condition: Condition, scope: Scope): Term {
  if (condition.kind === 'compare' && condition.comparator !== '<>') {
    const [left, right] = condition.operands;
    const { comparator } = condition;
    if (left.kind === 'value') return term(SWAPPED[comparator] ?? comparator, [right, left], scope);
    return term(comparator, [left, right], scope);
  }
  if (condition.kind === 'between') return term('between', condition.operands, scope);
  if (condition.kind === 'function' && condition.name === 'begins_with')
    return term('begins_with', condition.operands, scope);
  const operator =
    condition.kind === 'compare' ? '<>' : condition.kind === 'function' ? condition.name : condition.kind.toUpperCase();
  throw invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function term(operator: Term['operator'], [key, ...operands]: readonly Operand[], scope: Scope): Term {
  if (key?.kind !== 'path') throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  const path = scope.path(key.path);
  if (path.length > 1) throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
  const values = operands.map((operand) => {
    if (operand.kind === 'value') return scope.value(operand.name);
    if (operand.kind === 'path')
      throw invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
    throw invalid('KeyConditionExpressions cannot contain nested operations');
  });
  return { name: path[0] as string, operator, values };
}
