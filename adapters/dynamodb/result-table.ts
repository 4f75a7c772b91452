import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requireSetting } from '../../engine/errors.ts';
import { placeOf, storedResult, type ResultRow, type StoredResult } from '../../engine/outputs.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { awsFailure, isTransient } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF, repeat } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { mapParallel } from '../shared/parallel.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { putWriteUnits } from './item-size.ts';
import { toResultItem } from './result-item.ts';

export interface ResultTableSinkProps {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Puts under way at once [1, 1000]. @default 32 */
  readonly concurrency?: number;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** For each put: repeating one is harmless. @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/**
 * Results by key and window start, the newest log's newest revision only (PL-17). A put whose condition fails met a
 * newer one, or itself on a repeat: no error and no row, but its write units count.
 *
 *     stored                      is replaced by (epoch e, revision r) when
 *     nothing                     always
 *     no epoch: it counts as 0    e > 0, or e = 0 and its revision < r
 *     epoch E                     E < e, or E = e and its revision < r
 *
 * Late records and dead letters are the lake's.
 */
export class ResultTableSink implements Sink {
  readonly name = 'resultTable';
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #concurrency: number;
  readonly #retry: { readonly clock: Clock; readonly backOff: BackOff };

  constructor({ client, table, concurrency = 32, clock = SYSTEM_CLOCK, backOff = DEFAULT_BACK_OFF }: ResultTableSinkProps) {
    requireSetting('concurrency', concurrency, Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000, 'an integer in [1, 1000]', 'leave it out for 32');
    this.#client = client;
    this.#table = table;
    this.#concurrency = concurrency;
    this.#retry = { clock, backOff };
  }

  /** @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when DynamoDB will never take a row */
  async deliver({ epochMs, outbox }: Delivery): Promise<SinkReceipt> {
    const rows = newestRevisions(outbox.results).map((row) => storedResult(row, epochMs));
    const puts = await mapParallel(rows, this.#concurrency, (row) => this.#put(row));
    return {
      rows: puts.filter((put) => put.written).length,
      writeUnits: puts.reduce((sum, put) => sum + put.writeUnits, 0),
    };
  }

  async #put(row: StoredResult): Promise<{ written: boolean; writeUnits: number }> {
    const item = toResultItem(row);
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ...replacesOlder(row),
      ReturnConsumedCapacity: 'TOTAL',
    });
    try {
      const reply = await repeat(() => this.#client.send(command), isTransient, this.#retry);
      return { written: true, writeUnits: reply.ConsumedCapacity?.CapacityUnits ?? putWriteUnits(item) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { written: false, writeUnits: putWriteUnits(item) };
      throw awsFailure(error, {
        code: 'SINK',
        action: `write a result of window ${row.windowStartMs}-${row.windowEndMs}`,
        resource: `table ${this.#table}`,
        context: { sink: this.name, windowStartMs: row.windowStartMs, windowEndMs: row.windowEndMs, revision: row.revision },
      });
    }
  }
}

function replacesOlder({ revision, logEpochMs = 0 }: StoredResult) {
  const hasNone = 'attribute_not_exists(#epoch)';
  const sameLog = logEpochMs === 0 ? hasNone : '#epoch = :epoch';
  const olderLog = logEpochMs === 0 ? '' : ` OR ${hasNone} OR #epoch < :epoch`;
  return {
    ConditionExpression: `attribute_not_exists(#key)${olderLog} OR (${sameLog} AND #revision < :revision)`,
    ExpressionAttributeNames: { '#key': 'key', '#revision': 'revision', '#epoch': 'logEpochMs' },
    ExpressionAttributeValues: {
      ':revision': { N: String(revision) },
      ...(logEpochMs === 0 ? {} : { ':epoch': { N: String(logEpochMs) } }),
    },
  };
}

/** Of several firings of one window the newest: the others would be overwritten at once (PL-17). */
function newestRevisions(rows: readonly ResultRow[]): ResultRow[] {
  const newest = new Map<string, ResultRow>();
  for (const row of rows) {
    const id = `${placeOf(row)}/${row.key}`;
    const known = newest.get(id);
    if (known === undefined || known.revision < row.revision) newest.set(id, row);
  }
  return [...newest.values()];
}
