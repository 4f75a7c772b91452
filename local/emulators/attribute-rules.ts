/** What AWS takes as an attribute of an item, and dynalite does not look at. */

/** Lists and maps in each other: of 32 levels the innermost is what they hold. */
const MAX_CONTAINERS = 31;

/** Where a request bears attributes by name. */
const NAMED = ['Item', 'Key', 'ExpressionAttributeValues'];

/** @returns AWS's message for the first attribute that it would not take; undefined: all are well */
export function problemIn(request: Readonly<Record<string, unknown>>): string | undefined {
  for (const attributes of attributesOf(request)) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === '') return 'One or more parameter values were invalid: Attribute name must not be empty';
      const problem = problemOf(value, 1);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function* attributesOf(request: Readonly<Record<string, unknown>>): Iterable<object> {
  for (const name of NAMED) if (isObject(request[name])) yield request[name];
  // BatchWriteItem: tables, each with its puts.
  for (const requests of Object.values(isObject(request['RequestItems']) ? request['RequestItems'] : {})) {
    if (!Array.isArray(requests)) continue;
    for (const { PutRequest } of requests as ReadonlyArray<{ readonly PutRequest?: { readonly Item?: unknown } }>)
      if (isObject(PutRequest?.Item)) yield PutRequest.Item;
  }
}

function problemOf(value: unknown, level: number): string | undefined {
  if (!isObject(value)) return undefined;
  const { M, L } = value as { readonly M?: unknown; readonly L?: unknown };
  if (!isObject(M) && !Array.isArray(L)) return undefined;
  if (level > MAX_CONTAINERS)
    return 'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit';
  if (isObject(M) && Object.hasOwn(M, ''))
    return 'One or more parameter values were invalid: Attribute name must not be empty';
  for (const inner of isObject(M) ? Object.values(M) : (L as unknown[])) {
    const problem = problemOf(inner, level + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
