import type { KinesisStreamRecord } from 'aws-lambda';
import { isKind, messageOf } from '../../engine/errors.ts';
import type { Invoke } from '../source/local-source.ts';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** How records of one kind become an event, and what of them is left after the function's answer. */
export interface EventShape<R> {
  event(records: readonly R[]): unknown;
  remaining(records: readonly R[], response: unknown): readonly R[];
}

/** Lambda's Kinesis event. */
export const KINESIS_EVENT: EventShape<KinesisStreamRecord> = { event: (records) => ({ Records: records }), remaining };

export interface DeliveryHooks {
  readonly invoke: Invoke;
  /** Told about each failed invocation, before the pause. */
  readonly failed: (error: unknown) => void;
  readonly stopped: () => boolean;
  readonly sleep: (durationMs: number) => Promise<void>;
}

/**
 * Hands over one batch until the function has taken all of it, with growing pauses: at least once, in order. Gives up
 * only when the event source stops, or when the function says that it can never work (kind `invalid`).
 *
 * @returns true when the batch was taken
 */
export async function deliver<R>(records: readonly R[], shape: EventShape<R>, hooks: DeliveryHooks): Promise<boolean> {
  let rest = records;
  let pauseMs: number | undefined;
  while (!hooks.stopped()) {
    const left = await attempt(rest, shape, hooks);
    if (left.length === 0) return true;
    if (hooks.stopped()) return false;
    pauseMs = nextPause(left.length < rest.length ? undefined : pauseMs);
    rest = left;
    await hooks.sleep(pauseMs);
  }
  return false;
}

/**
 * One invocation, and what is left after it: all of the records when the function failed.
 *
 * @throws what the function throws of kind `invalid`: it can never work
 */
export async function attempt<R>(
  records: readonly R[],
  { event, remaining }: EventShape<R>,
  { invoke, failed, stopped }: Omit<DeliveryHooks, 'sleep'>,
): Promise<readonly R[]> {
  try {
    const left = remaining(records, await invoke(event([...records])));
    if (left.length > 0)
      failed(new Error(`the function reports ${left.length} of ${records.length} records as failed`));
    return left;
  } catch (error) {
    if (isKind(error, 'invalid')) throw error;
    if (!stopped()) failed(error);
    return records;
  }
}

/** How long to wait after a failure: twice as long as after the one before it, up to a second. */
export function nextPause(pauseMs?: number): number {
  return pauseMs === undefined ? FIRST_PAUSE_MS : Math.min(MAX_PAUSE_MS, pauseMs * 2);
}

/**
 * What Lambda hands over again after a partial response: from the lowest failed sequence number on. No response, or an
 * empty list, means that all is well; an id that is not in the batch, that nothing is.
 */
export function remaining(records: readonly KinesisStreamRecord[], response: unknown): readonly KinesisStreamRecord[] {
  const failures =
    (response as { batchItemFailures?: ReadonlyArray<{ itemIdentifier?: unknown }> } | null | undefined)
      ?.batchItemFailures ?? [];
  if (failures.length === 0) return [];
  const failed = new Set(failures.map((failure) => failure.itemIdentifier));
  const known = records.filter((record) => failed.has(record.kinesis.sequenceNumber)).length;
  if (known < failed.size) return records;
  return records.slice(records.findIndex((record) => failed.has(record.kinesis.sequenceNumber)));
}

/** Says each kind of failure once, and again when it goes on: a flood hides what matters. */
export function failureReporter(
  say: (line: string) => void,
  nowMs: () => number = Date.now,
  repeatMs = 30_000,
): (error: unknown) => void {
  const seen = new Map<string, { saidAtMs: number; unsaid: number }>();
  return (error) => {
    const text = messageOf(error);
    const entry = seen.get(text) ?? { saidAtMs: Number.NEGATIVE_INFINITY, unsaid: 0 };
    seen.set(text, entry);
    entry.unsaid += 1;
    if (nowMs() - entry.saidAtMs < repeatMs) return;
    say(`${text}; the batch is tried again${entry.unsaid > 1 ? ` (${entry.unsaid} times since)` : ''}`);
    entry.saidAtMs = nowMs();
    entry.unsaid = 0;
  };
}
