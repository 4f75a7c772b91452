import { addNumbers } from '../number.ts';
import { invalid } from '../service-error.ts';
import { attribute, typeOf, type Item, type Value } from '../value.ts';
import { valueAt } from './document.ts';
import type { Scope } from './scope.ts';
import type { Action, Operand, Path } from './syntax.ts';

/** Containers are changed where they are. */
type Container = { M: Record<string, Value> } | { L: Value[] };

/**
 * Does the actions to the item, which becomes the new one. All operands are those of the item as it was.
 *
 * @throws ValidationException when it has not what an action needs
 */
export function update(item: Item, actions: readonly Action[], scope: Scope): void {
  const resolved = actions.map((action) => {
    const path = scope.path(action.path);
    return { section: action.section, path, value: newValue(action, path, item, scope) };
  });
  const lists = new Set<{ L: Value[] }>();
  for (const { section, path, value } of resolved) {
    const parent = parentOf(item, path);
    const last = path.at(-1) as string | number;
    if ('L' in parent) lists.add(parent);
    if (value !== undefined) put(parent, last, value);
    else if (section === 'REMOVE' || section === 'DELETE') remove(parent, last);
  }
  // What was removed leaves a hole until all is done: indexes are those of the item as it was.
  for (const list of lists) list.L = list.L.filter(() => true);
}

/** @returns undefined: nothing is to be there */
function newValue({ section, operand }: Action, path: Path, item: Item, scope: Scope): Value | undefined {
  if (operand === undefined) return undefined;
  if (section === 'SET') return operandOf(operand, item, scope);
  const given = operandOf(operand, item, scope);
  const type = typeOf(given);
  const found = valueAt(item, path);
  if (found !== undefined && found[type] === undefined) throw wrongType();
  if (type === 'N') return { N: addNumbers((found?.N as string | undefined) ?? '0', given.N as string, 1) };
  const elements = new Set((found?.[type] as readonly string[] | undefined) ?? []);
  for (const element of given[type] as readonly string[])
    if (section === 'ADD') elements.add(element);
    else elements.delete(element);
  return elements.size === 0 ? undefined : { [type]: [...elements] };
}

function operandOf(operand: Operand, item: Item, scope: Scope): Value {
  switch (operand.kind) {
    case 'value':
      return scope.value(operand.name);
    case 'path': {
      const value = valueAt(item, scope.path(operand.path));
      if (value === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return structuredClone(value);
    }
    case 'sum': {
      const [left, right] = [operandOf(operand.left, item, scope), operandOf(operand.right, item, scope)];
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return { N: addNumbers(left.N as string, right.N as string, operand.sign) };
    }
    case 'function': {
      const [first, second] = operand.operands as [Operand, Operand];
      if (operand.name === 'if_not_exists') {
        const found = first.kind === 'path' ? valueAt(item, scope.path(first.path)) : undefined;
        return found === undefined ? operandOf(second, item, scope) : structuredClone(found);
      }
      const [head, tail] = [operandOf(first, item, scope), operandOf(second, item, scope)];
      if (head.L === undefined || tail.L === undefined) throw wrongType();
      return { L: [...(head.L as Value[]), ...(tail.L as Value[])] };
    }
  }
}

function parentOf(item: Item, path: Path): Container {
  const parent = valueAt(item, path.slice(0, -1));
  const isList = typeof path.at(-1) === 'number';
  if (parent === undefined || (isList ? parent.L : parent.M) === undefined)
    throw invalid('The document path provided in the update expression is invalid for update');
  return parent as Container;
}

function put(parent: Container, name: string | number, value: Value): void {
  // A name may be one that assignment has a meaning for.
  const property = { value, enumerable: true, configurable: true, writable: true };
  if ('L' in parent) parent.L[Math.min(Number(name), parent.L.length)] = value;
  else Object.defineProperty(parent.M, name, property);
}

function remove(parent: Container, name: string | number): void {
  if ('L' in parent) delete parent.L[Number(name)];
  else if (attribute(parent.M, String(name)) !== undefined) delete parent.M[name];
}

const wrongType = (): Error => invalid('An operand in the update expression has an incorrect data type');
