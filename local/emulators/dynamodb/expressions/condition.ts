import { attribute, typeOf, type Item, type Value } from '../value.ts';
import { areEqual, compareValues } from './compare.ts';
import { valueAt } from './document.ts';
import type { Scope } from './scope.ts';
import type { Comparator, Condition, FunctionCall, Operand } from './syntax.ts';

/** Whether it holds for the item; one that is not there has no attributes. */
export function holds(condition: Condition, item: Item, scope: Scope): boolean {
  const valueOf = (operand: Operand): Value | undefined => operandValue(operand, item, scope);
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item, scope) && holds(condition.right, item, scope);
    case 'or':
      return holds(condition.left, item, scope) || holds(condition.right, item, scope);
    case 'not':
      return !holds(condition.condition, item, scope);
    case 'compare':
      return compares(condition.comparator, ...(condition.operands.map(valueOf) as [Value?, Value?]));
    case 'between': {
      const [value, low, high] = condition.operands.map(valueOf);
      return compares('>=', value, low) && compares('<=', value, high);
    }
    case 'in': {
      const [value, ...others] = condition.operands.map(valueOf);
      return others.some((other) => compares('=', value, other));
    }
    case 'function':
      return isTrue(condition.name, condition.operands.map(valueOf));
  }
}

export function operandValue(operand: Operand, item: Item, scope: Scope): Value | undefined {
  if (operand.kind === 'path') return pathValue(operand.path, item, scope);
  if (operand.kind === 'value') return scope.value(operand.name);
  return sizeOf(operandValue((operand as FunctionCall).operands[0] as Operand, item, scope));
}

function pathValue(path: readonly (string | number)[], item: Item, scope: Scope): Value | undefined {
  const resolved = scope.path(path);
  return resolved.length === 1 ? attribute(item, resolved[0] as string) : valueAt(item, resolved);
}

function compares(comparator: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (comparator === '<>') return left === undefined || right === undefined || !areEqual(left, right);
  if (left === undefined || right === undefined) return false;
  if (comparator === '=') return areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

function isTrue(name: string, [first, second]: ReadonlyArray<Value | undefined>): boolean {
  if (name === 'attribute_not_exists') return first === undefined;
  if (first === undefined) return false;
  if (name === 'attribute_exists') return true;
  if (second === undefined) return false;
  if (name === 'attribute_type') return typeOf(first) === second.S;
  return name === 'begins_with' ? beginsWith(first, second) : contains(first, second);
}

function beginsWith(value: Value, prefix: Value): boolean {
  if (typeof value.S === 'string') return typeof prefix.S === 'string' && value.S.startsWith(prefix.S);
  if (typeof value.B !== 'string' || typeof prefix.B !== 'string') return false;
  const start = bytesOf(prefix);
  return bytesOf(value).subarray(0, start.length).equals(start);
}

function contains(value: Value, part: Value): boolean {
  const type = typeOf(value);
  const held = value[type];
  if (type === 'S') return typeof part.S === 'string' && (held as string).includes(part.S);
  if (type === 'B') return typeof part.B === 'string' && bytesOf(value).includes(bytesOf(part));
  if (type === 'L') return (held as readonly Value[]).some((element) => areEqual(element, part));
  const element = part[type.slice(0, 1) as 'S' | 'N' | 'B'];
  return ['SS', 'NS', 'BS'].includes(type) && (held as readonly unknown[]).includes(element);
}

/** @returns undefined for what has no size */
function sizeOf(value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined;
  const type = typeOf(value);
  const held = value[type];
  if (type === 'N' || type === 'BOOL' || type === 'NULL') return undefined;
  const size =
    type === 'B' ? bytesOf(value).length : type === 'M' ? Object.keys(held as Item).length : (held as string).length;
  return { N: String(size) };
}

const bytesOf = (value: Value): Buffer => Buffer.from(value.B as string, 'base64');
