/** What is wrong with an expression before it meets an item. */
import { typeOf, type Type, type Value } from '../value.ts';
import { compareValues } from './compare.ts';
import { pathText, requireApart } from './document.ts';
import type { Scope } from './scope.ts';
import { ExpressionError, type Action, type Condition, type FunctionCall, type Operand, type Path } from './syntax.ts';

const CONDITION_FUNCTIONS = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
const UPDATE_FUNCTIONS = new Map([
  ['if_not_exists', 2],
  ['list_append', 2],
]);
const TYPES = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];
/** As an operator's refusal calls them. */
const TYPE_NAMES: Readonly<Partial<Record<Type, string>>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/** @throws ExpressionError */
export function checkCondition(condition: Condition, scope: Scope): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      checkCondition(condition.left, scope);
      return checkCondition(condition.right, scope);
    case 'not':
      return checkCondition(condition.condition, scope);
    case 'function':
      if (condition.name === 'size') throw misused(condition.name);
      return checkFunction(condition, CONDITION_FUNCTIONS, scope);
    case 'compare':
    case 'between':
    case 'in':
      for (const operand of condition.operands) checkOperand(operand, scope);
      if (condition.kind === 'compare') requireDistinct(condition.comparator, condition.operands, scope);
      if (condition.kind === 'between') requireOrdered(condition.operands[1], condition.operands[2], scope);
  }
}

/** @throws ExpressionError */
export function checkPaths(paths: readonly Path[], scope: Scope): void {
  requireApart(paths.map((path) => scope.path(path)));
}

/** @throws ExpressionError */
export function checkUpdate(actions: readonly Action[], scope: Scope): void {
  for (const { section, operand } of actions) {
    if (operand === undefined) continue;
    if (section === 'SET') {
      checkSum(operand, scope);
      continue;
    }
    const type = immediateType(operand, scope) as Type;
    const isTaken = ['SS', 'NS', 'BS'].includes(type) || (section === 'ADD' && type === 'N');
    if (!isTaken)
      throw new ExpressionError(
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${TYPE_NAMES[type]}`,
      );
  }
  checkPaths(
    actions.map(({ path }) => path),
    scope,
  );
}

function checkSum(operand: Operand, scope: Scope): void {
  if (operand.kind !== 'sum') return checkOperand(operand, scope, UPDATE_FUNCTIONS);
  for (const summand of [operand.left, operand.right]) {
    checkSum(summand, scope);
    const type = immediateType(summand, scope);
    if (type !== undefined && type !== 'N') throw wrongOperand(operand.sign === 1 ? '+' : '-', type);
  }
}

function checkOperand(operand: Operand, scope: Scope, functions = CONDITION_FUNCTIONS): void {
  if (operand.kind === 'path') scope.path(operand.path);
  else if (operand.kind === 'value') scope.value(operand.name);
  else if (operand.kind === 'function') {
    if (functions === CONDITION_FUNCTIONS && operand.name !== 'size' && functions.has(operand.name))
      throw misused(operand.name);
    checkFunction(operand, functions, scope);
  }
}

function checkFunction({ name, operands }: FunctionCall, functions: ReadonlyMap<string, number>, scope: Scope): void {
  const count = functions.get(name);
  if (count === undefined) throw new ExpressionError(`Invalid function name; function: ${name}`);
  for (const operand of operands) checkOperand(operand, scope, functions as Map<string, number>);
  if (operands.length !== count)
    throw new ExpressionError(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  const [first, second] = operands as [Operand, Operand?];
  if (['attribute_exists', 'attribute_not_exists', 'if_not_exists'].includes(name) && first.kind !== 'path')
    throw new ExpressionError(`Operator or function requires a document path; operator or function: ${name}`);
  if (functions === CONDITION_FUNCTIONS) requireDistinct(name, operands, scope);
  const refused = (type: Type): boolean =>
    (name === 'begins_with' && type !== 'S' && type !== 'B') ||
    (name === 'list_append' && type !== 'L') ||
    (name === 'size' && ['N', 'BOOL', 'NULL'].includes(type));
  for (const type of operands.flatMap((operand) => immediateType(operand, scope) ?? []))
    if (refused(type)) throw wrongOperand(name, type);
  if (name === 'attribute_type') requireTypeName(second as Operand, scope);
}

function requireTypeName(operand: Operand, scope: Scope): void {
  if (operand.kind !== 'value') throw wrongOperand('attribute_type', '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
  const value = scope.value(operand.name);
  if (value.S === undefined) throw wrongOperand('attribute_type', typeOf(value));
  if (!TYPES.includes(value.S as string))
    throw new ExpressionError(
      `Invalid attribute type name found; type: ${value.S as string}, valid types: {${TYPES.join(',')}}`,
    );
}

function requireDistinct(name: string, [left, right]: readonly Operand[], scope: Scope): void {
  if (left?.kind !== 'path' || right?.kind !== 'path') return;
  const [first, second] = [pathText(scope.path(left.path)), pathText(scope.path(right.path))];
  if (first === second)
    throw new ExpressionError(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${first}`,
    );
}

function requireOrdered(low: Operand, high: Operand, scope: Scope): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const [lower, upper] = [scope.value(low.name), scope.value(high.name)];
  const order = compareValues(lower, upper);
  const isSame = typeOf(lower) === typeOf(upper);
  if (isSame && (order ?? 0) <= 0) return;
  const rule = isSame
    ? 'requires upper bound to be greater than or equal to lower bound'
    : 'requires same data type for lower and upper bounds';
  throw new ExpressionError(
    `The BETWEEN operator ${rule}; lower bound operand: AttributeValue: ${textOf(lower)}, upper bound operand: AttributeValue: ${textOf(upper)}`,
  );
}

function immediateType(operand: Operand, scope: Scope): Type | undefined {
  return operand.kind === 'value' ? typeOf(scope.value(operand.name)) : undefined;
}

function wrongOperand(name: string, type: string): ExpressionError {
  return new ExpressionError(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
}

function misused(name: string): ExpressionError {
  return new ExpressionError(`The function is not allowed to be used this way in an expression; function: ${name}`);
}

const textOf = (value: Value): string => `{${typeOf(value)}:${String(value[typeOf(value)])}}`;
