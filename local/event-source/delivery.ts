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
  let pauseMs = FIRST_PAUSE_MS;
  while (!hooks.stopped()) {
    try {
      const left = shape.remaining(rest, await hooks.invoke(shape.event([...rest])));
      if (left.length === 0) return true;
      if (left.length < rest.length) pauseMs = FIRST_PAUSE_MS;
      hooks.failed(new Error(`the function reports ${left.length} of ${rest.length} records as failed`));
      rest = left;
    } catch (error) {
      if (isKind(error, 'invalid')) throw error;
      if (hooks.stopped()) return false;
      hooks.failed(error);
    }
    await hooks.sleep(pauseMs);
    pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
  }
  return false;
}

/**
 * What Lambda hands over again after a partial response: from the lowest failed sequence number on. No response, or an
 * empty list, means that all is well; an id that is not in the batch, that nothing is.
 */
export function remaining(records: readonly KinesisStreamRecord[], response: unknown): readonly KinesisStreamRecord[] {
  const failures = (response as { batchItemFailures?: ReadonlyArray<{ itemIdentifier?: unknown }> } | null | undefined)?.batchItemFailures ?? [];
  if (failures.length === 0) return [];
  const failed = new Set(failures.map((failure) => failure.itemIdentifier));
  const known = records.filter((record) => failed.has(record.kinesis.sequenceNumber)).length;
  if (known < failed.size) return records;
  return records.slice(records.findIndex((record) => failed.has(record.kinesis.sequenceNumber)));
}

/** Says each kind of failure once, and again when it goes on: a flood hides what matters. */
export function failureReporter(say: (line: string) => void, nowMs: () => number = Date.now, repeatMs = 30_000): (error: unknown) => void {
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
