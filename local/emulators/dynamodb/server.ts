/**
 * DynamoDB on this machine: the calls that read and write items, as the SDKs make them.
 *
 * ```
 * POST ──► JSON ──► call ──► table store ──► one log of all changes
 * ```
 */
import type { IncomingMessage, Server } from 'node:http';
import { httpService, requestedCall, type Reply } from '../http-service.ts';
import { ServiceError } from '../service-error.ts';
import { batchGetItem, batchWriteItem } from './batch-calls.ts';
import * as items from './item-calls.ts';
import type { ItemLogProps } from './item-log.ts';
import { query, scan } from './read-calls.ts';
import { asStructure, type Members } from './request.ts';
import { batchExecuteStatement, executeStatement } from './statement-calls.ts';
import * as tables from './table-calls.ts';
import { TableStore, type TableStoreProps } from './table-store.ts';
import { transactGetItems, Transactions } from './transact-calls.ts';

/** @returns the reply, or its JSON */
type Call = (store: TableStore, members: Members, nowMs: number) => object | string;

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['BatchExecuteStatement', batchExecuteStatement],
  ['BatchGetItem', batchGetItem],
  ['BatchWriteItem', batchWriteItem],
  ['CreateTable', tables.createTable],
  ['DeleteItem', items.deleteItem],
  ['DeleteTable', tables.deleteTable],
  ['DescribeContinuousBackups', tables.describeContinuousBackups],
  ['DescribeTable', tables.describeTable],
  ['DescribeTimeToLive', tables.describeTimeToLive],
  ['ExecuteStatement', executeStatement],
  ['GetItem', items.getItem],
  ['ListTables', tables.listTables],
  ['PutItem', items.putItem],
  ['Query', query],
  ['Scan', scan],
  ['TransactGetItems', transactGetItems],
  ['UpdateItem', items.updateItem],
  ['UpdateTimeToLive', tables.updateTimeToLive],
]);

const TARGET = 'DynamoDB_20120810.';
const CONTENT_TYPE = 'application/x-amz-json-1.0';
/** The 16 MB of a batch. */
const MAX_BODY_BYTES = 17 * 1_048_576;
/** Where the names of errors come from that are not DynamoDB's own. */
const NAMESPACES: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
};

/** @param log where its tables are; one server at a time works there */
export function dynamoDbServer(log: ItemLogProps & TableStoreProps): Server {
  const store = new TableStore(log);
  const transactions = new Transactions();
  const calls = new Map(CALLS).set('TransactWriteItems', (_, members, nowMs) =>
    transactions.write(store, members, nowMs),
  );
  return httpService({
    maxBodyBytes: MAX_BODY_BYTES,
    answer: (request, body) => answer(store, calls, request, body),
    close: () => store.close(),
  });
}

function answer(store: TableStore, calls: ReadonlyMap<string, Call>, request: IncomingMessage, body: Buffer): Reply {
  try {
    const call = requestedCall(request, TARGET, calls);
    return reply(200, call(store, membersOf(body), Date.now()));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { type, message, members } = error;
    const namespace = NAMESPACES[type] ?? 'com.amazonaws.dynamodb.v20120810';
    return reply(400, { __type: `${namespace}#${type}`, message, ...members });
  }
}

function reply(status: Reply['status'], members: object | string): Reply {
  const json = typeof members === 'string' ? members : JSON.stringify(members);
  return { status, contentType: CONTENT_TYPE, body: Buffer.from(json) };
}

function membersOf(body: Buffer): Members {
  try {
    return asStructure(JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ServiceError('SerializationException', error.message);
    throw error;
  }
}
