/** Calls with statements of PartiQL, each of which is a call on one item. */
import { ServiceError } from '../service-error.ts';
import { deleteItem, getItem, putItem, updateItem } from './item-calls.ts';
import { namesOf } from './key.ts';
import { asStructure, list, oneOf, text, type Members } from './request.ts';
import { conditionFailed, invalid } from './service-error.ts';
import { parseStatement, type Statement } from './statement.ts';
import type { TableStore } from './table-store.ts';
import { isItem, type Item } from './value.ts';

const MAX_STATEMENTS = 25;
/** DynamoDB's word for an error of a single call, as that of a statement in a batch. */
const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ResourceNotFoundException: 'ResourceNotFound',
};

/** A statement with its table's key, and a value for each name that it compares or sets. */
interface Bound {
  readonly statement: Statement;
  readonly key: Item;
  readonly values: readonly unknown[];
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
export function batchExecuteStatement(store: TableStore, members: Members): object {
  const isAsked = oneOf(members, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']) !== 'NONE';
  const requests = list(members, 'Statements', MAX_STATEMENTS).map(asStructure);
  const bound = requests.map((request) => attempted(() => boundTo(store, request)));
  const places = bound.flatMap((one) => ('statement' in one ? [JSON.stringify([one.statement.table, one.key])] : []));
  if (new Set(places).size < places.length) throw invalid('Provided list of item keys contains duplicates');
  const capacity: object[] = [];
  const Responses = bound.map((one, i) => {
    const done = 'statement' in one ? attempted(() => run(store, one, requests[i] as Members)) : one;
    if ('error' in done) return { Error: errorOf(done.error) };
    if (done.ConsumedCapacity !== undefined) capacity.push(done.ConsumedCapacity);
    const { Item: item } = done;
    return { TableName: (one as Bound).statement.table, ...(item === undefined ? {} : { Item: item }) };
  });
  return { Responses, ...(isAsked ? { ConsumedCapacity: capacity } : {}) };
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html */
export function executeStatement(store: TableStore, members: Members): object {
  const bound = boundTo(store, members);
  const { Item: item, ConsumedCapacity } = run(store, bound, members);
  const isAsked = oneOf(members, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']) !== 'NONE';
  const isRead = bound.statement.verb === 'SELECT';
  return { ...(isRead ? { Items: item === undefined ? [] : [item] } : {}), ...(isAsked ? { ConsumedCapacity } : {}) };
}

/** @throws ValidationException · ResourceNotFoundException */
function boundTo(store: TableStore, members: Members): Bound {
  const { Parameters: parameters = [] } = members;
  const statement = parseStatement(text(members, 'Statement') ?? '');
  if (statement === undefined || !Array.isArray(parameters) || parameters.length !== statement.parameters)
    throw invalid("Statement wasn't well formed, can't be processed");
  const values = parameters as readonly unknown[];
  const names = namesOf(store.table(statement.table).definition.keys);
  const isInsert = statement.verb === 'INSERT';
  const given = new Map(isInsert ? statement.sets.map((name, i) => [name, values[i]]) : equalities(statement, values));
  if (names.some((name) => !isItem(given.get(name))))
    throw invalid('Where clause does not contain a mandatory equality on all key attributes');
  return { statement, values, key: Object.fromEntries(names.map((name) => [name, given.get(name)])) as Item };
}

function equalities({ sets, terms }: Statement, values: readonly unknown[]): Array<[string, unknown]> {
  const bound = terms.filter(({ operator }) => !operator.startsWith('IS'));
  return bound.flatMap(({ name, operator }, i) => (operator === '=' ? [[name, values[sets.length + i]]] : []));
}

interface Done {
  readonly Item?: unknown;
  readonly ConsumedCapacity?: object;
}

/** @throws what a call on one item throws · DuplicateItemException */
function run(store: TableStore, bound: Bound, members: Members): Done {
  const { statement, key, values } = bound;
  const { ReturnValuesOnConditionCheckFailure, ConsistentRead } = members;
  const common = { TableName: statement.table, ReturnConsumedCapacity: 'TOTAL', ReturnValuesOnConditionCheckFailure };
  if (statement.verb === 'SELECT') {
    if (statement.terms.length > Object.keys(key).length)
      throw invalid('Only the key can be in the WHERE clause of a SELECT here; use Query with a FilterExpression');
    const reply = getItem(store, {
      ...common,
      Key: key,
      ConsistentRead,
      ReturnValuesOnConditionCheckFailure: undefined,
    });
    return (typeof reply === 'string' ? JSON.parse(reply) : reply) as Done;
  }
  if (statement.verb !== 'INSERT') {
    const request = { ...common, Key: key, ...conditions(statement, key, values) };
    return statement.verb === 'UPDATE' ? updateItem(store, request) : deleteItem(store, request);
  }
  const Item = Object.fromEntries(statement.sets.map((name, i) => [name, values[i]]));
  const condition = {
    ConditionExpression: 'attribute_not_exists(#k)',
    ExpressionAttributeNames: { '#k': Object.keys(key)[0] },
  };
  try {
    return putItem(store, { ...common, Item, ...condition });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.type !== conditionFailed(undefined).type) throw error;
    throw new ServiceError('DuplicateItemException', 'Duplicate primary key exists in table', error.members);
  }
}

/** The expressions of an update or a delete: names and values are placeholders by their place. */
function conditions({ sets, removes, terms }: Statement, key: Item, values: readonly unknown[]): Members {
  const names: Record<string, string> = { '#k': Object.keys(key)[0] as string };
  const bound: Record<string, unknown> = {};
  let used = 0;
  const setClauses = sets.map((name) => {
    names[`#s${used}`] = name;
    bound[`:v${used}`] = values[used];
    return `#s${used} = :v${used++}`;
  });
  const removeClauses = removes.map((name, i) => {
    names[`#r${i}`] = name;
    return `#r${i}`;
  });
  const all = ['attribute_exists(#k)'];
  for (const [i, { name, operator }] of terms.entries()) {
    const isMissing = operator.startsWith('IS');
    const value = isMissing ? undefined : values[used++];
    if (Object.hasOwn(key, name) && operator === '=') continue;
    names[`#t${i}`] = name;
    if (isMissing) all.push(`attribute_${operator === 'IS MISSING' ? 'not_' : ''}exists(#t${i})`);
    else {
      bound[`:t${i}`] = value;
      all.push(`#t${i} ${operator} :t${i}`);
    }
  }
  const set = setClauses.length === 0 ? '' : `SET ${setClauses.join(', ')} `;
  const remove = removeClauses.length === 0 ? '' : `REMOVE ${removeClauses.join(', ')}`;
  return {
    ...(set + remove === '' ? {} : { UpdateExpression: set + remove }),
    ConditionExpression: all.join(' AND '),
    ExpressionAttributeNames: names,
    ...(Object.keys(bound).length === 0 ? {} : { ExpressionAttributeValues: bound }),
  };
}

function attempted<T extends object>(act: () => T): T | { readonly error: ServiceError } {
  try {
    return act();
  } catch (error) {
    if (error instanceof ServiceError) return { error };
    throw error;
  }
}

function errorOf({ type, message, members }: ServiceError): object {
  return { Code: CODES[type] ?? 'ValidationError', Message: message, ...members };
}
