import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { messageOf, requireSetting, TidemarkError } from '../../engine/errors.ts';
import { placeOf, storedResult, type ResultRow, type StoredResult } from '../../engine/outputs.ts';
import type { ResultShape } from '../../engine/plan/results.ts';
import type { Clock, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { awsFailure, errorName, isTransient } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF, repeat } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { mapParallel } from '../../engine/parallel.ts';
import { allSent, requireTaken, type RefusedAlone, type Sent } from '../shared/send-apart.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { putWriteUnits } from './item-size.ts';
import { describeTable, requireResultKeys } from './result-table-keys.ts';
import { toResultItem } from './result-item.ts';
import { isTableName, resultStatement, type ResultStatement } from './result-statement.ts';
import { refusalOf } from './row-refusal.ts';
import { SignedCalls } from './signed-calls.ts';
import { MAX_STATEMENTS, StatementBatches, type Executed } from './statement-batches.ts';

export interface ResultTableSinkProps {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Puts under way at once [1, 1000]; a quarter as many calls of several statements. @default 32 */
  readonly concurrency?: number;
  /** In calls of several statements, where DynamoDB takes them, or each by a put. @default 'batched' */
  readonly writes?: 'batched' | 'one by one';
  /**
   * The table is one of an earlier stack: its keys are looked at once, before anything is committed.
   *
   * @default it is made for this pipeline, with the keys that it needs
   */
  readonly takenOver?: { readonly identity: ResultShape['identity']; readonly pipeline: string };
  /** Told once when the service takes no statements, and puts go on. @default told to nothing */
  readonly warn?: (text: string) => void;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** For each call: repeating one is harmless. @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/**
 * Results by key and window start, the newest log's newest revision only (PL-17). What is expected to hold goes in
 * statements, 25 to a call; a row whose statement is refused, for whatever reason, is put under the whole condition:
 *
 *     row ──► statement ──executed──► written
 *                  └────refused────► put ──► written · superseded · refused: perhaps an older revision is taken
 *
 * A put whose condition fails met a newer one, or itself on a repeat: no error and no row, but its write units count.
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
  readonly #warn: (text: string) => void;
  /** Until its keys have been looked at. */
  #takenOver: ResultTableSinkProps['takenOver'];
  /** undefined: each row is put. */
  readonly #batches: StatementBatches | undefined;

  constructor({
    client,
    table,
    concurrency = 32,
    writes = 'batched',
    takenOver,
    warn = () => undefined,
    clock = SYSTEM_CLOCK,
    backOff = DEFAULT_BACK_OFF,
  }: ResultTableSinkProps) {
    requireSetting(
      'concurrency',
      concurrency,
      Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000,
      'an integer in [1, 1000]',
      'leave it out for 32',
    );
    this.#client = client;
    this.#table = table;
    this.#concurrency = concurrency;
    this.#retry = { clock, backOff };
    this.#takenOver = takenOver;
    this.#warn = (text) => warn(`table ${table}: ${text}`);
    if (writes === 'batched' && isTableName(table))
      this.#batches = new StatementBatches({
        calls: new SignedCalls(client),
        retry: this.#retry,
        warn: this.#warn,
      });
  }

  /** @throws RESULT_TABLE_KEYS (invalid) · SINK_REFUSED (invalid) there is no such table · SINK_UNAVAILABLE (unavailable) */
  async open(): Promise<void> {
    if (this.#takenOver === undefined) return;
    const { identity, pipeline } = this.#takenOver;
    const place = `retained.${pipeline}.resultsTable`;
    try {
      const found = await repeat(() => describeTable(this.#client, this.#table), isTransient, this.#retry);
      const whatToDo = `name another table in ${place}, or leave it out for a new one`;
      requireResultKeys(this.#table, found, identity, whatToDo);
    } catch (error) {
      if (error instanceof TidemarkError) throw error;
      if (errorName(error) !== 'AccessDeniedException')
        throw awsFailure(error, {
          code: 'SINK',
          action: `look at the keys of ${place}`,
          resource: `table ${this.#table}`,
        });
      this.#warn(`its keys are not looked at: ${messageOf(error)}`);
    }
    this.#takenOver = undefined;
  }

  /**
   * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) when DynamoDB takes no row · SINK_REFUSED as
   * RowsRefused when it will never take some, and has the others
   */
  async deliver({ epochMs, outbox }: Delivery): Promise<SinkReceipt> {
    const windows = newestFirst(outbox.results);
    const { isExecuted, writeUnits } = await this.#execute(windows, epochMs);
    const left = windows.filter((_, index) => isExecuted[index] !== true);
    const puts = await mapParallel(left, this.#concurrency, (revisions) => this.#putNewest(revisions, epochMs));
    const executed = windows.length - left.length;
    const receipt = {
      rows: executed + puts.filter(({ isWritten }) => isWritten).length,
      writeUnits: puts.reduce((sum, put) => sum + put.writeUnits, writeUnits),
    };
    const sent = allSent([{ isTaking: executed > 0, refused: [] }, ...puts]);
    return requireTaken(this.name, sent, receipt, ({ row, error }) => this.#failure(row, error));
  }

  /** The newest of each window, in statements, which are made when their turn comes. */
  async #execute(windows: readonly Window[], epochMs: number): Promise<Executed> {
    const batches = this.#batches;
    if (batches === undefined) return { isExecuted: [], writeUnits: 0 };
    const calls = await mapParallel(inTurns(windows), Math.ceil(this.#concurrency / 4), (some) => {
      const statements = some.map((window) => this.#statement(window, epochMs));
      return batches.execute(statements).catch((error: unknown) => {
        throw this.#failure((some[0] as Window)[0], error);
      });
    });
    return {
      isExecuted: calls.flatMap(({ isExecuted }) => isExecuted),
      writeUnits: calls.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
    };
  }

  /** Where the delivery has the first firing too, the table has nothing yet of the window. */
  #statement([newest, ...older]: Window, epochMs: number): ResultStatement {
    return resultStatement(this.#table, storedResult(newest, epochMs), (older.at(-1) ?? newest).revision === 1);
  }

  /** The newest of a window that DynamoDB takes, so that one which it refuses hides no older one, on no repeat either. */
  async #putNewest(revisions: readonly ResultRow[], epochMs: number): Promise<WindowPut> {
    const refused: RefusedAlone[] = [];
    for (const row of revisions) {
      try {
        return { isTaking: true, ...(await this.#put(storedResult(row, epochMs))), refused };
      } catch (error) {
        const kind = isTransient(error) ? 'every row' : refusalOf(error);
        if (kind === 'every row') throw this.#failure(row, error);
        refused.push({ row, error, isCertain: kind === 'row' });
      }
    }
    return { isTaking: false, isWritten: false, writeUnits: 0, refused };
  }

  async #put(row: StoredResult): Promise<{ isWritten: boolean; writeUnits: number }> {
    const item = toResultItem(row);
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ...replacesOlder(row),
      ReturnConsumedCapacity: 'TOTAL',
    });
    try {
      const reply = await repeat(() => this.#client.send(command), isTransient, this.#retry);
      return { isWritten: true, writeUnits: reply.ConsumedCapacity?.CapacityUnits ?? putWriteUnits(item) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException)
        return { isWritten: false, writeUnits: putWriteUnits(item) };
      throw error;
    }
  }

  #failure({ windowStartMs, windowEndMs, revision }: ResultRow, error: unknown): TidemarkError {
    return awsFailure(error, {
      code: 'SINK',
      action: `write a result of window ${windowStartMs}-${windowEndMs}`,
      resource: `table ${this.#table}`,
      context: { sink: this.name, windowStartMs, windowEndMs, revision },
    });
  }
}

/** The firings of one window in a delivery. */
type Window = readonly [newest: ResultRow, ...older: ResultRow[]];

/** What came of the revisions of one window: the table is taking where it has one of them, or a newer one. */
interface WindowPut extends Sent {
  readonly isWritten: boolean;
  readonly writeUnits: number;
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

/** As many as go in one call. */
function inTurns(windows: readonly Window[]): Window[][] {
  const count = Math.ceil(windows.length / MAX_STATEMENTS);
  return Array.from({ length: count }, (_, i) => windows.slice(i * MAX_STATEMENTS, (i + 1) * MAX_STATEMENTS));
}

/** The firings of each window, newest first: the others would be overwritten at once (PL-17). */
function newestFirst(rows: readonly ResultRow[]): Window[] {
  const windows = new Map<string, [ResultRow, ...ResultRow[]]>();
  for (const row of rows) {
    const id = `${placeOf(row)}/${row.key}`;
    const known = windows.get(id);
    if (known === undefined) windows.set(id, [row]);
    else known.push(row);
  }
  for (const revisions of windows.values()) revisions.sort((a, b) => b.revision - a.revision);
  return [...windows.values()];
}
