import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';

const REFUSED = { name: 'ValidationException' };

/** Maps or lists in each other, so many of them, with a value in the innermost. */
function nested(levels: number, kind: 'M' | 'L' = 'M', innermost: AttributeValue = { S: 'x' }): AttributeValue {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = kind === 'M' ? { M: { a: value } } : { L: [value] };
  return value;
}

/**
 * What Tidemark relies on, and what would stop a shard if it were found out in the cloud only.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export function dynamoDbRules(name: string, dynamoDb: () => TestDynamoDb): void {
  describe(`${name} keeps the rules of DynamoDB`, () => {
    let TableName = '';
    beforeAll(async () => {
      TableName = await dynamoDb().createResultTable();
    });
    const key = { key: { S: 'k' }, windowStartMs: { N: '0' } };
    const put = (attributes: Record<string, AttributeValue>) =>
      dynamoDb().client.send(new PutItemCommand({ TableName, Item: { ...key, ...attributes } }));

    it.each(['M', 'L'] as const)('takes 32 levels, which are 31 of %s around a value, and no 33', async (kind) => {
      await put({ values: nested(31, kind) });
      await expect(put({ values: nested(32, kind) })).rejects.toMatchObject(REFUSED);
    });

    it.each([{ M: {} }, { L: [] }] satisfies AttributeValue[])(
      'counts an empty %j as it counts others',
      async (empty) => {
        await put({ values: nested(30, 'M', empty) });
        await expect(put({ values: nested(31, 'M', empty) })).rejects.toMatchObject(REFUSED);
      },
    );

    it('takes no attribute without a name, neither of an item nor in a map or a list of maps', async () => {
      for (const attributes of [
        { '': { S: 'x' } },
        { values: { M: { '': { S: 'x' } } } },
        { values: { L: [{ M: { '': { S: 'x' } } }] } },
      ] satisfies Array<Record<string, AttributeValue>>) {
        await expect(put(attributes)).rejects.toMatchObject(REFUSED);
      }
    });

    it('takes empty texts, but not as a key', async () => {
      await put({ values: { S: '' } });
      await expect(put({ key: { S: '' } })).rejects.toMatchObject(REFUSED);
    });

    it('takes items up to 400 KB', async () => {
      await put({ values: { S: 'x'.repeat(409_000) } });
      await expect(put({ values: { S: 'x'.repeat(410_000) } })).rejects.toMatchObject(REFUSED);
    });

    it('takes numbers of 38 digits, and none of 39', async () => {
      await put({ values: { N: '1'.repeat(38) } });
      await expect(put({ values: { N: '1'.repeat(39) } })).rejects.toMatchObject(REFUSED);
    });

    it('takes partition keys up to 2,048 bytes', async () => {
      await put({ key: { S: 'x'.repeat(2_048) } });
      await expect(put({ key: { S: 'x'.repeat(2_049) } })).rejects.toMatchObject(REFUSED);
    });

    it('gives the item that is in the way of a failed condition where it is asked for (ALL_OLD)', async () => {
      await put({ revision: { N: '3' } });
      const request = {
        TableName,
        ConditionExpression: 'revision < :r',
        ExpressionAttributeValues: { ':r': { N: '2' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
      const refusals = [
        await dynamoDb()
          .client.send(new PutItemCommand({ ...request, Item: { ...key, revision: { N: '2' } } }))
          .catch((error: unknown) => error),
        await dynamoDb()
          .client.send(new UpdateItemCommand({ ...request, Key: key, UpdateExpression: 'SET revision = :r' }))
          .catch((error: unknown) => error),
      ];
      for (const refusal of refusals) {
        expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
        expect(refusal).toMatchObject({ Item: { ...key, revision: { N: '3' } } });
      }
    });

    it('gives none where it is not asked for, or where there is none', async () => {
      const Item = { ...key, key: { S: 'absent' } };
      const refusal = await dynamoDb()
        .client.send(
          new PutItemCommand({
            TableName,
            Item,
            ConditionExpression: 'attribute_exists(revision)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        )
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
      expect(refusal).not.toHaveProperty('Item.key');
      const plain = await dynamoDb()
        .client.send(
          new PutItemCommand({ TableName, Item: key, ConditionExpression: 'attribute_not_exists(windowStartMs)' }),
        )
        .catch((error: unknown) => error);
      expect(plain).toBeInstanceOf(ConditionalCheckFailedException);
      expect(plain).not.toHaveProperty('Item.key');
    });

    it('changes nothing by what it refuses', async () => {
      await put({ revision: { N: '7' } });
      await expect(put({ values: nested(40) })).rejects.toMatchObject(REFUSED);
      const { Item } = await dynamoDb().client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
      expect(Item).toEqual({ ...key, revision: { N: '7' } });
    });
  });
}
