/**
 * BatchExecuteStatement for an emulator that has the operations on single items only. Of PartiQL it knows what writes one
 * item under a condition, each statement a conditional PutItem or UpdateItem:
 *
 *     INSERT INTO "t" VALUE {'a': ?, …}                              put, unless there is an item
 *     UPDATE "t" SET "a" = ? … WHERE "key" = ? AND "b" < ? AND …     update, if there is an item for which all holds
 *
 * Terms are `=`, `<`, `<=`, `>`, `>=`, `IS MISSING`, `IS NOT MISSING`; values are parameters.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
 */
type Json = Readonly<Record<string, unknown>>;

/** The operations on single items. */
export interface SingleItems {
  /** @returns names of the key attributes; undefined: no such table */
  keysOf(table: string): Promise<readonly string[] | undefined>;
  ask(operation: 'PutItem' | 'UpdateItem', body: Json): Promise<{ readonly statusCode: number; readonly body: string }>;
}

interface Statement {
  readonly table: string;
  /** Name and parameter. */
  readonly values: ReadonlyArray<readonly [name: string, value: unknown]>;
  /** undefined: an INSERT. */
  readonly terms: readonly Term[] | undefined;
}

interface Term {
  readonly name: string;
  readonly operator: string;
  readonly value: unknown;
}

const MAX_STATEMENTS = 25;
const MAX_STATEMENT_LENGTH = 8_192;
const INSERT = /^INSERT INTO "([\w.-]+)" VALUE \{(.*)\}$/;
const UPDATE = /^UPDATE "([\w.-]+)" (SET .*) WHERE (.*)$/;
const TERM = /^"([^"]+)" (?:(=|<|<=|>|>=) (\?)|(IS MISSING|IS NOT MISSING))$/;
/** DynamoDB's word for an error of a single operation, as that of a statement. */
const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

/** @returns AWS's reply; a string: why the call as a whole is not valid */
export async function executeBatch(request: Json, items: SingleItems): Promise<Json | string> {
  const { Statements: statements, ReturnConsumedCapacity } = request;
  if (!Array.isArray(statements) || statements.length < 1 || statements.length > MAX_STATEMENTS)
    return `1 validation error detected: Value at 'statements' failed to satisfy constraint: Member must have length less than or equal to ${MAX_STATEMENTS}`;
  const writes = await Promise.all(
    (statements as readonly Json[]).map(({ Statement, Parameters }) => writeOf(Statement, Parameters, items)),
  );
  const places = writes.flatMap((write) => ('place' in write ? [write.place] : []));
  if (new Set(places).size < places.length) return 'Provided list of item keys contains duplicates';
  const replies = await Promise.all(
    writes.map(async (write) => {
      if ('Error' in write) return { units: 0, response: write };
      const { statusCode, body } = await items.ask(write.operation, { ...write.body, ReturnConsumedCapacity: 'TOTAL' });
      const reply = JSON.parse(body) as Json;
      if (statusCode === 200) return { units: unitsOf(reply), response: { TableName: write.body['TableName'] } };
      return { units: 0, response: { Error: errorOf(write.operation, reply) } };
    }),
  );
  return {
    Responses: replies.map(({ response }) => response),
    ...(ReturnConsumedCapacity === 'TOTAL'
      ? { ConsumedCapacity: replies.map(({ units }) => ({ CapacityUnits: units })) }
      : {}),
  };
}

type Write =
  | { readonly Error: { readonly Code: string; readonly Message: string } }
  | { readonly operation: 'PutItem' | 'UpdateItem'; readonly place: string; readonly body: Json };

async function writeOf(text: unknown, parameters: unknown, items: SingleItems): Promise<Write> {
  const statement = parsed(String(text), Array.isArray(parameters) ? parameters : []);
  if (statement === undefined) return invalid("Statement wasn't well formed, can't be processed");
  const { table, values, terms } = statement;
  const keys = await items.keysOf(table);
  if (keys === undefined) return { Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } };
  const given = Object.fromEntries(terms?.flatMap((t) => (t.operator === '=' ? [[t.name, t.value]] : [])) ?? values);
  const Key = Object.fromEntries(keys.map((name) => [name, given[name]]));
  if (Object.values(Key).includes(undefined))
    return invalid('Where clause does not contain a mandatory equality on all key attributes');
  const place = JSON.stringify([table, Key]);
  const hash = keys[0] as string;
  if (terms === undefined) {
    const condition = {
      ConditionExpression: 'attribute_not_exists(#hash)',
      ExpressionAttributeNames: { '#hash': hash },
    };
    return { operation: 'PutItem', place, body: { TableName: table, Item: Object.fromEntries(values), ...condition } };
  }
  const rest = terms.filter(({ name }) => !keys.includes(name));
  const named = [...values.map(([name]) => name), ...rest.map(({ name }) => name), hash];
  const bound = [...values.map(([, value]) => value), ...rest.map(({ value }) => value)];
  const conditions = rest.map(({ operator }, i) => {
    const at = values.length + i;
    if (operator === 'IS MISSING') return `attribute_not_exists(#n${at})`;
    return operator === 'IS NOT MISSING' ? `attribute_exists(#n${at})` : `#n${at} ${operator} :v${at}`;
  });
  return {
    operation: 'UpdateItem',
    place,
    body: {
      TableName: table,
      Key,
      UpdateExpression: `SET ${values.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
      ConditionExpression: [`attribute_exists(#n${named.length - 1})`, ...conditions].join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(named.map((name, i) => [`#n${i}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        bound.flatMap((value, i) => (value === undefined ? [] : [[`:v${i}`, value]])),
      ),
    },
  };
}

/** @returns undefined when it is no statement of these, or has another number of parameters */
function parsed(text: string, parameters: readonly unknown[]): Statement | undefined {
  if (text.length > MAX_STATEMENT_LENGTH || text.split('?').length - 1 !== parameters.length) return undefined;
  let next = 0;
  const parameter = (): unknown => parameters[next++];
  const [, into, tuple] = INSERT.exec(text) ?? [];
  if (into !== undefined && tuple !== undefined) {
    const names = tuple.split(', ').map((pair) => /^'([^']+)': \?$/.exec(pair)?.[1]);
    if (names.includes(undefined)) return undefined;
    return { table: into, values: names.map((name) => [name as string, parameter()]), terms: undefined };
  }
  const [, table, sets, where] = UPDATE.exec(text) ?? [];
  if (table === undefined || sets === undefined || where === undefined) return undefined;
  const names = sets.split(/ (?=SET )/).map((set) => /^SET "([^"]+)" = \?$/.exec(set)?.[1]);
  const values = names.map((name) => [name as string, parameter()] as const);
  const terms = where.split(' AND ').map((term): Term | undefined => {
    const [, name, operator, mark, missing] = TERM.exec(term) ?? [];
    return name === undefined
      ? undefined
      : { name, operator: operator ?? (missing as string), value: mark === undefined ? undefined : parameter() };
  });
  if (names.includes(undefined) || terms.includes(undefined)) return undefined;
  return { table, values, terms: terms as Term[] };
}

const invalid = (Message: string): Write => ({ Error: { Code: 'ValidationError', Message } });

function errorOf(operation: string, { __type, message, Message }: Json): Json {
  const name = String(__type).split('#').at(-1) as string;
  const isDuplicate = operation === 'PutItem' && name === 'ConditionalCheckFailedException';
  return {
    Code: isDuplicate ? 'DuplicateItem' : (CODES[name] ?? 'InternalServerError'),
    Message: message ?? Message,
  };
}

const unitsOf = ({ ConsumedCapacity }: Json): number =>
  (ConsumedCapacity as { readonly CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0;
