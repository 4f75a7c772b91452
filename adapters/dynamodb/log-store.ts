import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../engine/errors.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Clock, LogStore, PutOutcome, ReadConsistency } from '../../engine/ports.ts';
import { awsFailure, isTransient } from '../shared/aws-failure.ts';
import type { AwsAttempt } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF, waitMs } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { mapParallel } from '../../engine/parallel.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { requireSingleAttempt } from './client.ts';
import { putWriteUnits } from './item-size.ts';
import { fromLogItem, slotKey, toLogItem } from './log-item.ts';
import type { Item } from './item-reader.ts';

/** Most keys that one BatchGetItem takes. */
const KEYS_PER_READ = 100;
const PARALLEL_READS = 4;

export interface DynamoDbLogStoreProps {
  /** Made by `dynamoDbClient()`: sends each request once. */
  readonly client: DynamoDBClient;
  readonly table: string;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** For reads; a put is never repeated here. @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/**
 * The log in DynamoDB: one conditional PutItem a commit.
 *
 * ```
 *  expectedVersion undefined   attribute_not_exists(slotKey)    first round of the ring
 *  expectedVersion e           version = e                      never "or absent" (PL-1)
 *
 *  reply                       outcome
 *  200                         stored
 *  condition failed            conflict, with what the slot holds: perhaps our own earlier try
 *  lost, 5xx, throttled        LOG_UNAVAILABLE: unknown, the caller sends the same bytes again (PL-5)
 * ```
 */
export class DynamoDbLogStore implements LogStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #backOff: BackOff;
  #checked: Promise<void> | undefined;

  constructor({ client, table, clock = SYSTEM_CLOCK, backOff = DEFAULT_BACK_OFF }: DynamoDbLogStoreProps) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
    this.#backOff = backOff;
  }

  async put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    await (this.#checked ??= requireSingleAttempt(this.#client));
    const item = toLogItem(logId, slot, entry);
    try {
      const reply = await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: item,
          ...conditionOn(expectedVersion),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      return { kind: 'stored', writeUnits: reply.ConsumedCapacity?.CapacityUnits ?? putWriteUnits(item) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException))
        throw this.#failure(error, `write slot ${slot} of ${logId}`);
      // Emulators leave the item out. The slot only moves forward, so reading it now is as good.
      const found = error.Item ?? (await this.#readOne(logId, slot));
      return { kind: 'conflict', found: found && fromLogItem(found), writeUnits: putWriteUnits(item, found) };
    }
  }

  async read(logId: string, slots: readonly number[], consistency: ReadConsistency = 'strong'): Promise<LogEntry[]> {
    const keys = [...new Set(slots)].map((slot) => ({ slotKey: { S: slotKey(logId, slot) } }));
    const chunks = Array.from({ length: Math.ceil(keys.length / KEYS_PER_READ) }, (_, i) =>
      keys.slice(i * KEYS_PER_READ, (i + 1) * KEYS_PER_READ),
    );
    const items = await mapParallel(chunks, PARALLEL_READS, (chunk) => this.#readChunk(logId, chunk, consistency));
    return items.flat().map(fromLogItem);
  }

  /** Reads on as long as replies bring something: a reply ends at 16 MB. Waits, with a bound, when they do not. */
  async #readChunk(logId: string, keys: Item[], consistency: ReadConsistency): Promise<Item[]> {
    const ConsistentRead = consistency === 'strong';
    const items: Item[] = [];
    let pending = keys;
    let fruitless = 0;
    let cause: unknown;
    while (fruitless < this.#backOff.attempts) {
      if (fruitless > 0) await this.#clock.sleep(waitMs(this.#backOff, fruitless, Math.random()));
      try {
        const reply = await this.#client.send(
          new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: pending, ConsistentRead } } }),
        );
        items.push(...(reply.Responses?.[this.#table] ?? []));
        const unprocessed = reply.UnprocessedKeys?.[this.#table]?.Keys ?? [];
        if (unprocessed.length === 0) return items;
        fruitless = unprocessed.length < pending.length ? 0 : fruitless + 1;
        pending = unprocessed;
      } catch (error) {
        if (!isTransient(error)) throw this.#failure(error, `read ${pending.length} slots of ${logId}`);
        fruitless += 1;
        cause = error;
      }
    }
    if (cause !== undefined)
      throw this.#failure(cause, `read ${pending.length} slots of ${logId} in ${fruitless} tries`);
    throw new TidemarkError(
      'unavailable',
      'LOG_UNAVAILABLE',
      `could not read ${pending.length} slots of ${logId}: left unprocessed in ${fruitless} tries`,
      { context: { logId, table: this.#table } },
    );
  }

  async #readOne(logId: string, slot: number): Promise<Record<string, AttributeValue> | undefined> {
    try {
      const reply = await this.#client.send(
        new GetItemCommand({
          TableName: this.#table,
          Key: { slotKey: { S: slotKey(logId, slot) } },
          ConsistentRead: true,
        }),
      );
      return reply.Item;
    } catch (error) {
      throw this.#failure(error, `read slot ${slot} of ${logId} after a failed condition`);
    }
  }

  #failure(error: unknown, action: AwsAttempt['action']): TidemarkError {
    return awsFailure(error, { code: 'LOG', action, resource: `table ${this.#table}` });
  }
}

function conditionOn(expectedVersion: number | undefined) {
  if (expectedVersion === undefined) return { ConditionExpression: 'attribute_not_exists(slotKey)' };
  return {
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':expected': { N: String(expectedVersion) } },
  };
}
