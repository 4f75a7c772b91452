import { TidemarkError, type ErrorKind } from '../errors.ts';
import type { PossibleLoss } from '../expired-unread.ts';

/** Why a tick could not do its work on one partition. */
export interface TickFailure {
  readonly partition: string;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly cause: unknown;
}

/** What one tick came to. */
export interface TickReport {
  /** Partitions that take part in time: those with a log that is not sealed, and those of which nothing could be told. */
  readonly shards: number;
  /** Of those: drained, and quiet for longer than the idle timeout. */
  readonly idleShards: number;
  /** Partitions whose watermark went on. */
  readonly shardsMoved: number;
  /** Partitions on which the tick failed, the others having moved. */
  readonly failures: readonly TickFailure[];
  /** Partitions for which no time was left: they come first the next time. */
  readonly unreached: readonly string[];
  /** Partitions of which records may have expired unread, as far as this tick was the first to see it. */
  readonly possibleLosses: ReadonlyArray<PossibleLoss & { readonly partition: string }>;
  /** Arrival of the oldest records whose results are not known to be delivered; undefined: all are [ms since 1970]. */
  readonly undeliveredSinceMs: number | undefined;
}

const MOST_NAMED = 10;

export function failureOf(partition: string, cause: unknown): TickFailure {
  return cause instanceof TidemarkError
    ? { partition, kind: cause.kind, code: cause.code, cause }
    : { partition, kind: 'internal', code: 'UNEXPECTED', cause };
}

/**
 * One error for all failures of a tick, which is thrown once everything else is done and reported.
 *
 * @throws TICK_FAILED (unavailable when all failures are, else internal) naming each partition and its code
 */
export function requireNoFailure({ failures, shards }: Pick<TickReport, 'failures' | 'shards'>): void {
  const [first] = failures;
  if (first === undefined) return;
  const named = failures.slice(0, MOST_NAMED).map(({ partition, code }) => `${partition} (${code})`);
  const more = failures.length > MOST_NAMED ? ` and ${failures.length - MOST_NAMED} more` : '';
  const kind = failures.every((failure) => failure.kind === 'unavailable') ? 'unavailable' : 'internal';
  const text = `tick must move time on in all of ${shards} partitions, got ${failures.length} that failed: ${named.join(', ')}${more}; the others have moved, see the log of the function for each cause`;
  throw new TidemarkError(kind, 'TICK_FAILED', text, {
    cause: first.cause,
    context: { failures: failures.map(({ partition, kind: one, code }) => ({ partition, kind: one, code })) },
  });
}
