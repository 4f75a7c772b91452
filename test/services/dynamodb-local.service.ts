import { afterAll, beforeAll } from '@jest/globals';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { ResultTableSink } from '../../adapters/dynamodb/result-table.ts';
import { logStoreContract } from '../contracts/log-store.contract.ts';
import { newestRevisionContract } from '../contracts/sink.contract.ts';
import { collect } from '../support/collect.ts';
import type { TestDynamoDb } from '../support/dynalite.ts';
import { commitProtocol } from './commit-protocol.ts';
import { describeService } from './describe-service.ts';
import { startDynamoDbLocal } from './java/dynamodb-local.ts';

describeService('DynamoDB Local', () => {
  let dynamoDb: TestDynamoDb;
  beforeAll(async () => {
    dynamoDb = await startDynamoDbLocal();
  });
  afterAll(() => dynamoDb?.close());

  logStoreContract('DynamoDbLogStore', async () => new DynamoDbLogStore({ client: dynamoDb.client, table: await dynamoDb.createLogTable() }));
  newestRevisionContract('ResultTableSink', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    return { sink: new ResultTableSink({ client, table }), results: () => collect(readResults(client, table)) };
  });
  commitProtocol(() => dynamoDb);
});
