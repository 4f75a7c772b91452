import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';

/**
 * What clients rely on when they read or write several items, and of tables.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export function severalItemsRules(name: string, dynamoDb: () => TestDynamoDb): void {
  describe(`${name} reads and writes several items as DynamoDB does`, () => {
    let TableName = '';
    beforeEach(async () => {
      TableName = await dynamoDb().createResultTable();
    });

    const at = (place: number, key = 'k') => ({ key: { S: key }, windowStartMs: { N: String(place) } });
    const put = (place: number, rest: Record<string, AttributeValue> = {}, key = 'k') =>
      dynamoDb().client.send(new PutItemCommand({ TableName, Item: { ...at(place, key), ...rest } }));
    const placesOf = (items: ReadonlyArray<Record<string, AttributeValue>> = []) =>
      items.map((item) => Number(item['windowStartMs']?.N));
    const query = (more: Partial<ConstructorParameters<typeof QueryCommand>[0]> = {}, values = {}) => ({
      TableName,
      KeyConditionExpression: '#k = :k',
      ExpressionAttributeNames: { '#k': 'key' },
      ExpressionAttributeValues: { ':k': { S: 'k' }, ...values },
      ...more,
    });
    const queried = async (...args: Parameters<typeof query>) =>
      placesOf((await dynamoDb().client.send(new QueryCommand(query(...args)))).Items);

    it('orders numbers as numbers, and reads ranges of them, forth and back', async () => {
      for (const place of [10, -1, 2, 0.5, -20, 1e20, -3e-7]) await put(place);
      await put(7, {}, 'other');
      const ascending = [-20, -1, -3e-7, 0.5, 2, 10, 1e20];
      expect(await queried()).toEqual(ascending);
      expect(await queried({ ScanIndexForward: false })).toEqual([...ascending].reverse());
      const range = (condition: string, ...bounds: string[]) =>
        queried(
          { KeyConditionExpression: `#k = :k AND ${condition}` },
          Object.fromEntries(bounds.map((bound, i) => [`:b${i}`, { N: bound }])),
        );
      expect(await range('windowStartMs BETWEEN :b0 AND :b1', '-1', '2')).toEqual([-1, -3e-7, 0.5, 2]);
      expect(await range('windowStartMs > :b0', '2')).toEqual([10, 1e20]);
      expect(await range(':b0 >= windowStartMs', '-1')).toEqual([-20, -1]);
      expect(await range('windowStartMs = :b0', '10.0')).toEqual([10]);
    });

    it('goes on behind the last item of a page, also when it is gone since', async () => {
      for (let place = 0; place < 10; place++) await put(place, { n: { N: String(place) } });
      for (const isForward of [true, false]) {
        const places: number[] = [];
        const pages = paginateQuery(
          { client: dynamoDb().client, pageSize: 3 },
          query({ FilterExpression: 'n <> :n', ScanIndexForward: isForward }, { ':n': { N: '4' } }),
        );
        for await (const { Items, ScannedCount } of pages) {
          expect(ScannedCount).toBeLessThanOrEqual(3);
          places.push(...placesOf(Items));
        }
        const all = [0, 1, 2, 3, 5, 6, 7, 8, 9];
        expect(places).toEqual(isForward ? all : all.reverse());
      }
      expect(await queried({ ExclusiveStartKey: at(4.5) })).toEqual([5, 6, 7, 8, 9]);
    });

    it('ends a page of a query or a scan at 1 MB', async () => {
      for (let place = 0; place < 5; place++) await put(place, { s: { S: 'x'.repeat(300_000) } });
      const { Items, LastEvaluatedKey } = await dynamoDb().client.send(new QueryCommand(query()));
      expect(placesOf(Items)).toEqual([0, 1, 2, 3]);
      expect(LastEvaluatedKey).toEqual(at(3));
      const counts: number[] = [];
      for await (const { Count = 0 } of paginateScan({ client: dynamoDb().client }, { TableName, Select: 'COUNT' }))
        counts.push(Count);
      expect(counts).toEqual([4, 1]);
    });

    it('scans each item once, in any page size, in segments too', async () => {
      for (let i = 0; i < 30; i++) await put(i % 3, {}, `key-${i % 10}`);
      const scanned = async (input: object, pageSize: number): Promise<string[]> => {
        const items: string[] = [];
        for await (const { Items = [] } of paginateScan(
          { client: dynamoDb().client, pageSize },
          { TableName, ...input },
        ))
          items.push(...Items.map((item) => `${item['key']?.S}/${item['windowStartMs']?.N}`));
        return items;
      };
      const all = await scanned({}, 100);
      expect(new Set(all).size).toBe(30);
      expect(await scanned({}, 4)).toEqual(all);
      const segments = await Promise.all([0, 1, 2].map((Segment) => scanned({ Segment, TotalSegments: 3 }, 4)));
      expect(segments.flat().sort()).toEqual([...all].sort());
    });

    it.each([
      ['windowStartMs = :k', 'Query condition missed key schema element: key'],
      ['#k > :k', 'Query key condition not supported'],
      ['#k = :k OR #k = :k', 'Invalid operator used in KeyConditionExpression: OR'],
      ['#k = :k AND another = :k', 'Query condition missed key schema element: windowStartMs'],
      [
        '#k = :k AND windowStartMs = :k',
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      ],
    ])('refuses the key condition %s as DynamoDB says it', async (KeyConditionExpression, message) => {
      const input = query({ KeyConditionExpression });
      if (!KeyConditionExpression.includes('#k')) input.ExpressionAttributeNames = undefined as never;
      await expect(dynamoDb().client.send(new QueryCommand(input))).rejects.toMatchObject({
        name: 'ValidationException',
        message,
      });
    });

    it('writes and reads in batches, each item once in a call', async () => {
      const puts = [0, 1, 2].map((place) => ({ PutRequest: { Item: at(place) } }));
      await dynamoDb().client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
      const mixed = [{ DeleteRequest: { Key: at(1) } }, { PutRequest: { Item: at(3) } }];
      await dynamoDb().client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: mixed } }));
      const read = (...places: number[]) =>
        dynamoDb().client.send(
          new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: places.map((place) => at(place)) } } }),
        );
      const { Responses, UnprocessedKeys } = await read(0, 1, 2, 3);
      expect(placesOf(Responses?.[TableName]).sort()).toEqual([0, 2, 3]);
      expect(UnprocessedKeys).toEqual({});
      const twice = { name: 'ValidationException', message: 'Provided list of item keys contains duplicates' };
      await expect(read(0, 0)).rejects.toMatchObject(twice);
      const double = { RequestItems: { [TableName]: [...puts, ...puts] } };
      await expect(dynamoDb().client.send(new BatchWriteItemCommand(double))).rejects.toMatchObject(twice);
    });

    it('leaves for another call what a batch of reads has above 16 MB', async () => {
      for (let place = 0; place < 45; place++) await put(place, { s: { S: 'x'.repeat(380_000) } });
      const Keys = Array.from({ length: 45 }, (_, place) => at(place));
      const { Responses, UnprocessedKeys } = await dynamoDb().client.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
      );
      const left = UnprocessedKeys?.[TableName]?.Keys ?? [];
      expect(left.length).toBeGreaterThan(0);
      const read = placesOf([...(Responses?.[TableName] ?? []), ...left]);
      expect(read.sort((a, b) => a - b)).toEqual(placesOf(Keys));
    });

    it('does all of a transaction or nothing, and says of each action why', async () => {
      await put(0, { n: { N: '1' } });
      const transact = (...TransactItems: TransactWriteItem[]) =>
        dynamoDb().client.send(new TransactWriteItemsCommand({ TransactItems }));
      const ifOne = {
        TableName,
        Key: at(0),
        ConditionExpression: 'n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
      };
      const failing = { ...ifOne, ExpressionAttributeValues: { ':n': { N: '2' } } };
      await expect(transact({ Put: { TableName, Item: at(1) } }, { ConditionCheck: failing })).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        message:
          'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
      });
      expect(await queried()).toEqual([0]);
      await transact(
        { ConditionCheck: ifOne },
        { Put: { TableName, Item: at(1) } },
        {
          Update: {
            TableName,
            Key: at(2),
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: '3' } },
          },
        },
      );
      expect(await queried()).toEqual([0, 1, 2]);
      const reads = [0, 2, 9].map((place) => ({ Get: { TableName, Key: at(place) } }));
      const { Responses } = await dynamoDb().client.send(new TransactGetItemsCommand({ TransactItems: reads }));
      expect(Responses?.map(({ Item }) => Item?.['n']?.N)).toEqual(['1', '3', undefined]);
    });

    it('does a transaction once that is repeated with its token', async () => {
      const request = (value: string) => ({
        ClientRequestToken: 'token-1',
        TransactItems: [
          {
            Update: {
              TableName,
              Key: at(0),
              UpdateExpression: 'ADD n :n',
              ExpressionAttributeValues: { ':n': { N: value } },
            },
          },
        ],
      });
      for (let i = 0; i < 2; i++) await dynamoDb().client.send(new TransactWriteItemsCommand(request('1')));
      const { Items } = await dynamoDb().client.send(new QueryCommand(query()));
      expect(Items?.[0]?.['n']).toEqual({ N: '1' });
      await expect(dynamoDb().client.send(new TransactWriteItemsCommand(request('2')))).rejects.toMatchObject({
        name: 'IdempotentParameterMismatchException',
      });
    });

    it('tells of tables, and that one is there already or not', async () => {
      const { client } = dynamoDb();
      const table = {
        TableName: 'by-time',
        BillingMode: 'PAY_PER_REQUEST' as const,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' as const }],
      };
      await client.send(new CreateTableCommand(table));
      await expect(client.send(new CreateTableCommand(table))).rejects.toMatchObject({
        name: 'ResourceInUseException',
      });
      expect((await client.send(new DescribeTableCommand({ TableName: 'by-time' }))).Table).toMatchObject({
        TableStatus: 'ACTIVE',
        KeySchema: table.KeySchema,
        AttributeDefinitions: table.AttributeDefinitions,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      });
      const page = await client.send(new ListTablesCommand({ Limit: 1 }));
      expect(page.TableNames).toHaveLength(1);
      expect(page.LastEvaluatedTableName).toBe(page.TableNames?.[0]);
      const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName: 'by-time', TimeToLiveSpecification }));
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'by-time' }));
      expect(TimeToLiveDescription).toMatchObject({
        TimeToLiveStatus: expect.stringMatching(/^ENABL/),
        AttributeName: 'expiresAt',
      });
      await client.send(new DeleteTableCommand({ TableName: 'by-time' }));
      await expect(client.send(new DescribeTableCommand({ TableName: 'by-time' }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Requested resource not found: Table: by-time not found',
      });
    });
  });
}
