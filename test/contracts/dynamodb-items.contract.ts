import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';

type Attributes = Record<string, AttributeValue>;

/**
 * What clients rely on when they write one item under a condition.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function itemRules(name: string, dynamoDb: () => TestDynamoDb): void {
  describe(`${name} writes single items as DynamoDB does`, () => {
    let TableName = '';
    beforeEach(async () => {
      TableName = await dynamoDb().createResultTable();
    });

    const Key = { key: { S: 'k' }, windowStartMs: { N: '0' } };
    const put = (rest: Attributes, more = {}) =>
      dynamoDb().client.send(new PutItemCommand({ TableName, Item: { ...Key, ...rest }, ...more }));
    const found = async (): Promise<Attributes | undefined> => {
      const { Item } = await dynamoDb().client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      if (Item === undefined) return undefined;
      const { key: _, windowStartMs: __, ...rest } = Item;
      return rest;
    };
    const update = (UpdateExpression: string, values?: Attributes, more: Partial<UpdateItemCommandInput> = {}) =>
      dynamoDb().client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression,
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
          ...more,
        }),
      );
    const refusal = (message: string) => ({ name: 'ValidationException', message });

    it.each<[string, Attributes | undefined, boolean]>([
      ['attribute_exists(n)', undefined, true],
      ['attribute_exists(gone) OR n = :five', { ':five': { N: '5.0' } }, true],
      ['NOT attribute_exists(gone) AND n <> :five', { ':five': { N: '5' } }, false],
      ['gone <> :five', { ':five': { N: '5' } }, true],
      ['gone = gone2', undefined, false],
      ['n BETWEEN :low AND :high', { ':low': { N: '4.99' }, ':high': { N: '5' } }, true],
      ['n IN (:a, :b)', { ':a': { S: '5' }, ':b': { N: '5' } }, true],
      ['n < :text', { ':text': { S: '9' } }, false],
      ['begins_with(txt, :p)', { ':p': { S: 'ab' } }, true],
      ['contains(txt, :p)', { ':p': { S: 'bc' } }, true],
      ['contains(tags, :p)', { ':p': { S: 'y' } }, true],
      ['contains(tags, :p)', { ':p': { N: '1' } }, false],
      ['contains(l, :p)', { ':p': { N: '2' } }, true],
      ['tags = :t', { ':t': { SS: ['y', 'x'] } }, true],
      ['size(tags) = :two AND size(txt) = :three', { ':two': { N: '2' }, ':three': { N: '3' } }, true],
      ['attribute_type(l, :t)', { ':t': { S: 'L' } }, true],
      ['m.#a[1].b = :v', { ':v': { BOOL: true } }, true],
      ['m.#a[2] = :v OR (m.#a[0] > :n AND NOT (n > :n))', { ':v': { S: '' }, ':n': { N: '7' } }, true],
    ])('holds an item against %s, %j: %p', async (ConditionExpression, values, holds) => {
      const item = {
        n: { N: '5' },
        txt: { S: 'abc' },
        tags: { SS: ['x', 'y'] },
        l: { L: [{ N: '1' }, { N: '2' }] },
        m: { M: { a: { L: [{ N: '8' }, { M: { b: { BOOL: true } } }] } } },
      };
      await put(item);
      const asked = dynamoDb().client.send(
        new DeleteItemCommand({
          TableName,
          Key,
          ConditionExpression,
          ...(ConditionExpression.includes('#a') ? { ExpressionAttributeNames: { '#a': 'a' } } : {}),
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
      if (holds) await asked;
      else await expect(asked).rejects.toBeInstanceOf(ConditionalCheckFailedException);
      expect((await found()) === undefined).toBe(holds);
    });

    it('sets, removes, adds and takes away, each from the item as it was', async () => {
      await put({
        n: { N: '5' },
        past: { S: 'x' },
        l: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] },
        m: { M: { a: { N: '1' } } },
        tags: { SS: ['x', 'y'] },
      });
      await update(
        'SET n = n - :one, was = n, m.b = if_not_exists(m.b, :one), l2 = list_append(l, :more), l[9] = :one REMOVE past, l[0] ADD #count :one, #new :some DELETE tags :some',
        { ':one': { N: '1' }, ':more': { L: [{ N: '3' }] }, ':some': { SS: ['x'] } },
        { ExpressionAttributeNames: { '#count': 'count', '#new': 'new' } },
      );
      expect(await found()).toEqual({
        n: { N: '4' },
        was: { N: '5' },
        m: { M: { a: { N: '1' }, b: { N: '1' } } },
        l: { L: [{ N: '1' }, { N: '2' }, { N: '1' }] },
        l2: { L: [{ N: '0' }, { N: '1' }, { N: '2' }, { N: '3' }] },
        count: { N: '1' },
        new: { SS: ['x'] },
        tags: { SS: ['y'] },
      });
    });

    it('adds decimals exactly, and makes an item where there is none', async () => {
      const sum = { ':a': { N: '0.1' } };
      await update('ADD n :a', sum);
      await update('ADD n :a', { ':a': { N: '0.2' } });
      await update('ADD n :a', { ':a': { N: '1E+30' } });
      expect(await found()).toEqual({ n: { N: '1000000000000000000000000000000.3' } });
    });

    it.each<[UpdateItemCommandInput['ReturnValues'], Attributes | undefined]>([
      ['NONE', undefined],
      ['ALL_OLD', { ...Key, n: { N: '1' }, rest: { S: 'r' } }],
      ['ALL_NEW', { ...Key, n: { N: '2' }, rest: { S: 'r' } }],
      ['UPDATED_OLD', { n: { N: '1' } }],
      ['UPDATED_NEW', { n: { N: '2' } }],
    ])('returns %s of an update', async (ReturnValues, attributes) => {
      await put({ n: { N: '1' }, rest: { S: 'r' } });
      const { Attributes: returned } = await update('SET n = :n', { ':n': { N: '2' } }, { ReturnValues });
      expect(returned).toEqual(attributes);
    });

    it('returns the item that a put or a delete has replaced', async () => {
      await put({ n: { N: '1' } });
      const replaced = await put({ n: { N: '2' } }, { ReturnValues: 'ALL_OLD' });
      expect(replaced.Attributes).toEqual({ ...Key, n: { N: '1' } });
      const deleted = await dynamoDb().client.send(new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
      expect(deleted.Attributes).toEqual({ ...Key, n: { N: '2' } });
      expect(await found()).toBeUndefined();
    });

    it.each<[string, Attributes | undefined, string]>([
      [
        'SET n = :n, gone = :g',
        { ':n': { N: '1' } },
        'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :g',
      ],
      [
        'SET n = :n',
        { ':n': { N: '1' }, ':x': { N: '1' } },
        'Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}',
      ],
      [
        'SET status = :n',
        { ':n': { N: '1' } },
        'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: status',
      ],
      [
        'SET a = :n, a.b = :n',
        { ':n': { N: '1' } },
        'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]',
      ],
      [
        'SET a = :n SET b = :n',
        { ':n': { N: '1' } },
        'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
      ],
      [
        'SET windowStartMs = :n',
        { ':n': { N: '1' } },
        'One or more parameter values were invalid: Cannot update attribute windowStartMs. This attribute is part of the key',
      ],
      ['SET a = b', undefined, 'The provided expression refers to an attribute that does not exist in the item'],
      [
        'SET a.b = :n',
        { ':n': { N: '1' } },
        'The document path provided in the update expression is invalid for update',
      ],
      ['ADD txt :n', { ':n': { N: '1' } }, 'An operand in the update expression has an incorrect data type'],
      ['SET a = :n +', { ':n': { N: '1' } }, 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "+"'],
    ])('refuses %s, %j as DynamoDB says it', async (expression, values, message) => {
      await put({ txt: { S: 'x' } });
      await expect(update(expression, values)).rejects.toMatchObject(refusal(message));
      expect(await found()).toEqual({ txt: { S: 'x' } });
    });

    it.each<[Attributes, string]>([
      [{ windowStartMs: { N: '0' } }, 'One or more parameter values were invalid: Missing the key key in the item'],
      [
        { key: { N: '1' }, windowStartMs: { N: '0' } },
        'One or more parameter values were invalid: Type mismatch for key key expected: S actual: N',
      ],
      [
        { key: { S: '' }, windowStartMs: { N: '0' } },
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: key',
      ],
      [{ ...Key, n: { N: 'x' } }, 'The parameter cannot be converted to a numeric value: x'],
      [
        { ...Key, n: { N: '1E126' } },
        'Number overflow. Attempting to store a number with magnitude larger than supported range',
      ],
      [
        { ...Key, n: { N: '1E-131' } },
        'Number underflow. Attempting to store a number with magnitude smaller than supported range',
      ],
      [{ ...Key, n: { N: '1'.repeat(39) } }, 'Attempting to store more than 38 significant digits in a Number'],
      [{ ...Key, s: { SS: [] } }, 'One or more parameter values were invalid: An string set  may not be empty'],
      [
        { ...Key, s: { SS: ['a', 'a'] } },
        'One or more parameter values were invalid: Input collection [a, a] contains duplicates.',
      ],
      [{ ...Key, s: { S: 'x'.repeat(410_000) } }, 'Item size has exceeded the maximum allowed size'],
    ])('refuses an item by its own text: %.60j', async (Item, message) => {
      await expect(dynamoDb().client.send(new PutItemCommand({ TableName, Item }))).rejects.toMatchObject(
        refusal(message),
      );
    });

    it('gives numbers back in one form, of every type what was put, and names that objects of JavaScript have', async () => {
      const rest: Attributes = {
        n: { N: '-0012.500e2' },
        ns: { NS: ['1.0', '2e1'] },
        bytes: { B: Uint8Array.from([0, 255]) },
        flags: { L: [{ BOOL: false }, { NULL: true }, { M: {} }, { S: '' }] },
        constructor: { S: 'c' },
      };
      await put(rest);
      await update('SET toString = :t', { ':t': { S: 't' } });
      expect(await found()).toEqual({
        ...rest,
        n: { N: '-1250' },
        ns: { NS: ['1', '20'] },
        toString: { S: 't' },
      });
      await expect(put({}, { ConditionExpression: 'attribute_exists(valueOf)' })).rejects.toBeInstanceOf(
        ConditionalCheckFailedException,
      );
    });

    it('projects parts of an item', async () => {
      await put({ m: { M: { a: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] }, b: { S: 'b' } } } });
      const { Item } = await dynamoDb().client.send(
        new GetItemCommand({ TableName, Key, ProjectionExpression: 'm.a[2], m.a[0], m.gone, gone' }),
      );
      expect(Item).toEqual({ m: { M: { a: { L: [{ N: '0' }, { N: '2' }] } } } });
    });

    it('names write units by the larger of an item and what it replaces', async () => {
      const total = { ReturnConsumedCapacity: 'TOTAL' };
      const units = [await put({ s: { S: 'x'.repeat(2_500) } }, total), await put({}, total), await put({}, total)].map(
        ({ ConsumedCapacity }) => ConsumedCapacity?.CapacityUnits,
      );
      expect(units).toEqual([3, 3, 1]);
    });

    it('refuses a table that is not there, and a key that is not of the table', async () => {
      const get = (table: string, given: Attributes) =>
        dynamoDb().client.send(new GetItemCommand({ TableName: table, Key: given }));
      await expect(get('nowhere', Key)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Requested resource not found',
      });
      await expect(get(TableName, { key: { S: 'k' } })).rejects.toMatchObject(
        refusal('The provided key element does not match the schema'),
      );
    });
  });
}
