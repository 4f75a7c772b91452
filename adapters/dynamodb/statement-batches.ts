import { messageOf } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import { errorName, errorStatus, isTransient } from '../shared/aws-failure.ts';
import { repeat, type BackOff } from '../shared/back-off.ts';
import { putWriteUnits } from './item-size.ts';
import type { ResultStatement } from './result-statement.ts';
import type { SignedCalls } from './signed-calls.ts';

export interface StatementBatchesProps {
  readonly calls: Pick<SignedCalls, 'call'>;
  readonly retry: { readonly clock: Clock; readonly backOff: BackOff };
  /** Told once when the service does not take statements. */
  readonly warn: (text: string) => void;
}

export interface Executed {
  /** Per statement; false: DynamoDB has refused it, or was not asked. */
  readonly isExecuted: readonly boolean[];
  readonly writeUnits: number;
}

/** What came of one statement; a reply has one for each, in their order. */
interface StatementReply {
  readonly Error?: { readonly Code?: string; readonly Message?: string };
}

interface BatchReply {
  readonly Responses: readonly StatementReply[];
  readonly ConsumedCapacity?: ReadonlyArray<{ readonly CapacityUnits?: number }>;
}

/** DynamoDB takes no more in one call. */
export const MAX_STATEMENTS = 25;
/** Above this its bytes are what a call costs; far below what DynamoDB takes. */
const MAX_CALL_LENGTH = 256 * 1024;
/** Codes of a statement that may be executed later; InternalServerError may even have been. */
const TRANSIENT_CODES = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);
const FAILED_CONDITIONS = new Set(['ConditionalCheckFailed', 'DuplicateItem']);
/** What services say that do not know the call, or do not let this caller make it. */
const NOT_TAKEN = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidAction',
  'NotImplemented',
  'UnknownOperation',
  'UnknownOperationException',
  'UnsupportedOperation',
  'UnsupportedOperationException',
]);

/** What is said of a call whose signature the service does not accept: of another clock, that goes away by itself. */
const NOT_SIGNED = new Set(['IncompleteSignatureException', 'InvalidSignatureException']);

/**
 * Executes statements, 25 in a call. Each touches another item, and repeating one is harmless: after an unknown outcome
 * the call is repeated, after throttling the throttled statements are. A service that does not take statements is asked once.
 */
export class StatementBatches {
  readonly #props: StatementBatchesProps;
  #isTaken = true;

  constructor(props: StatementBatchesProps) {
    this.#props = props;
  }

  /**
   * One call after the other, one of MAX_STATEMENTS unless they are long.
   *
   * @throws the last error when statements stay transient after all tries
   */
  async execute(statements: readonly ResultStatement[]): Promise<Executed> {
    const isExecuted = statements.map(() => false);
    let writeUnits = 0;
    for (const batch of packed(statements)) {
      const done = await this.#batch(batch.map((place) => [place, statements[place] as ResultStatement]));
      for (const place of done.executed) isExecuted[place] = true;
      writeUnits += done.writeUnits;
    }
    return { isExecuted, writeUnits };
  }

  async #batch(statements: readonly Placed[]): Promise<{ executed: readonly number[]; writeUnits: number }> {
    const executed: number[] = [];
    let waiting = statements;
    let writeUnits = 0;
    const send = async (): Promise<void> => {
      const reply = await this.#call(waiting);
      writeUnits += unitsOf(waiting, reply);
      const again: Placed[] = [];
      let throttled: StatementReply['Error'];
      for (const [index, { Error: error }] of reply.Responses.entries()) {
        const placed = waiting[index] as Placed;
        if (error === undefined) executed.push(placed[0]);
        else if (error.Code === 'AccessDenied') this.#leaveOut('AccessDenied', String(error.Message));
        else if (TRANSIENT_CODES.has(String(error.Code))) {
          again.push(placed);
          throttled = error;
        }
      }
      waiting = again;
      if (throttled !== undefined) throw Object.assign(new Error(throttled.Message), { name: throttled.Code });
    };
    try {
      if (this.#isTaken) await repeat(send, (error) => !isNotTaken(error) && isTransient(error), this.#props.retry);
    } catch (error) {
      if (isNotTaken(error)) this.#leaveOut(errorName(error), messageOf(error));
      else if (isTransient(error)) throw error;
    }
    return { executed, writeUnits };
  }

  async #call(statements: readonly Placed[]): Promise<BatchReply> {
    const list = statements.map(([, { json }]) => json).join(',');
    const body = `{"Statements":[${list}],"ReturnConsumedCapacity":"TOTAL"}`;
    const reply = (await this.#props.calls.call('BatchExecuteStatement', body)) as Partial<BatchReply> | null;
    const { Responses } = reply ?? {};
    if (Array.isArray(Responses) && Responses.length === statements.length) return reply as BatchReply;
    const message = `a reply must have ${statements.length} responses, got ${Array.isArray(Responses) ? Responses.length : 'none'}`;
    throw Object.assign(new Error(message), { name: 'UnsupportedOperation', $metadata: { httpStatusCode: 400 } });
  }

  #leaveOut(name: string, message: string): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#props.warn(
      `BatchExecuteStatement was refused (${name}: ${message}); results are put one by one, which takes more CPU`,
    );
  }
}

/** A statement and its place among those of a delivery. */
type Placed = readonly [place: number, statement: ResultStatement];

/** Places of the statements of each call. One that is longer than a call may be is left out. */
function packed(statements: readonly ResultStatement[]): number[][] {
  const batches: number[][] = [];
  let length = Infinity;
  for (const [place, { json }] of statements.entries()) {
    if (json.length > MAX_CALL_LENGTH) continue;
    const last = batches.at(-1);
    length += json.length;
    if (last !== undefined && last.length < MAX_STATEMENTS && length <= MAX_CALL_LENGTH) last.push(place);
    else {
      batches.push([place]);
      length = json.length;
    }
  }
  return batches;
}

/** What DynamoDB says that it charged; where it does not say, what it does: a failed condition costs what the write would. */
function unitsOf(statements: readonly Placed[], { Responses, ConsumedCapacity }: BatchReply): number {
  if (Array.isArray(ConsumedCapacity))
    return ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return statements.reduce((sum, [, { item }], index) => {
    const code = Responses[index]?.Error?.Code;
    return code === undefined || FAILED_CONDITIONS.has(code) ? sum + putWriteUnits(item) : sum;
  }, 0);
}

function isNotTaken(error: unknown): boolean {
  if (NOT_SIGNED.has(errorName(error))) return !isTransient(error);
  return NOT_TAKEN.has(errorName(error)) || [404, 405, 501].includes(errorStatus(error) ?? 0);
}
