import {
  BatchExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';

/**
 * What results in statements rely on.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html
 */
export function statementRules(name: string, dynamoDb: () => TestDynamoDb): void {
  describe(`${name} executes statements as DynamoDB does`, () => {
    let table = '';
    beforeEach(async () => {
      table = await dynamoDb().createResultTable();
    });

    const at = (place: number) => ({ key: { S: 'k' }, windowStartMs: { N: String(place) } });
    const put = (place: number, rest: Record<string, AttributeValue>) =>
      dynamoDb().client.send(new PutItemCommand({ TableName: table, Item: { ...at(place), ...rest } }));
    const itemAt = async (place: number) =>
      (await dynamoDb().client.send(new GetItemCommand({ TableName: table, Key: at(place), ConsistentRead: true })))
        .Item;
    const insert = (place: number, n: AttributeValue = { N: '1' }) => ({
      Statement: `INSERT INTO "${table}" VALUE {'key': ?, 'windowStartMs': ?, 'n': ?}`,
      Parameters: [{ S: 'k' }, { N: String(place) }, n],
    });
    const update = (place: number, where: string, ...more: AttributeValue[]) => ({
      Statement: `UPDATE "${table}" SET "n" = ? WHERE "key" = ? AND "windowStartMs" = ? AND ${where}`,
      Parameters: [{ N: '9' }, { S: 'k' }, { N: String(place) }, ...more],
    });
    const execute = (...Statements: Array<{ Statement: string; Parameters: AttributeValue[] }>) =>
      dynamoDb().client.send(new BatchExecuteStatementCommand({ Statements, ReturnConsumedCapacity: 'TOTAL' }));
    const codes = async (...statements: Parameters<typeof execute>) =>
      (await execute(...statements)).Responses?.map(({ Error: error }) => error?.Code);

    it('inserts what is not there, and tells each statement by itself that an item is', async () => {
      await put(10, { n: { N: '5' } });
      expect(await codes(insert(0), insert(10), insert(20))).toEqual([undefined, 'DuplicateItem', undefined]);
      expect([await itemAt(0), await itemAt(10)]).toMatchObject([{ n: { N: '1' } }, { n: { N: '5' } }]);
    });

    it('updates an item for which all terms hold, and makes none', async () => {
      await put(0, { n: { N: '5' }, other: { S: 'kept' } });
      expect(await codes(update(0, '"n" < ?', { N: '6' }), update(10, '"n" < ?', { N: '6' }))).toEqual([
        undefined,
        'ConditionalCheckFailed',
      ]);
      expect(await itemAt(0)).toEqual({ ...at(0), n: { N: '9' }, other: { S: 'kept' } });
      expect(await itemAt(10)).toBeUndefined();
    });

    it.each<[string, AttributeValue[], boolean]>([
      ['"n" < ?', [{ N: '5' }], false],
      ['"n" < ?', [{ N: '10' }], true],
      ['"n" = ?', [{ N: '5' }], true],
      ['"n" = ?', [{ S: '5' }], false],
      ['"gone" < ?', [{ N: '5' }], false],
      ['"gone" IS MISSING', [], true],
      ['"n" IS MISSING', [], false],
      ['"n" IS NOT MISSING AND "n" < ? AND "gone" IS MISSING', [{ N: '6' }], true],
    ])('holds an item with n = 5 against %s, %j: %p', async (where, parameters, holds) => {
      await put(0, { n: { N: '5' } });
      expect(await codes(update(0, where, ...parameters))).toEqual([holds ? undefined : 'ConditionalCheckFailed']);
      expect((await itemAt(0))?.['n']).toEqual({ N: holds ? '9' : '5' });
    });

    it('names write units', async () => {
      const { ConsumedCapacity = [] } = await execute(insert(0, { S: 'x'.repeat(2_500) }), insert(10));
      expect(ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)).toBe(4);
    });

    it('refuses by itself a statement whose item it never takes, and one that is none', async () => {
      expect(
        await codes(insert(0), insert(10, { S: 'x'.repeat(410_000) }), { Statement: 'MAKE it so', Parameters: [] }),
      ).toEqual([undefined, 'ValidationError', 'ValidationError']);
    });

    it('says of each statement that its table is not there', async () => {
      const { Statement, Parameters } = insert(0);
      expect(await codes({ Statement: Statement.replace(table, 'nowhere'), Parameters })).toEqual(['ResourceNotFound']);
    });

    it('takes 25 statements in a call, and no 26', async () => {
      const statements = Array.from({ length: 26 }, (_, i) => insert(i));
      await expect(execute(...statements)).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await codes(...statements.slice(1))).toEqual(Array(25).fill(undefined));
    });
  });
}
