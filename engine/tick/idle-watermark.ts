import { hours } from '../time/duration.ts';
import { NO_WATERMARK } from '../time/watermark.ts';

/** Of one partition, as far as the watermark of idle ones depends on it. */
export interface ActivePart {
  readonly watermarkMs: number;
  /** Drained, and quiet for longer than the idle timeout. */
  readonly isIdle: boolean;
}

export interface IdleSettings {
  readonly maxOutOfOrdernessMs: number;
  readonly idleTimeoutMs: number;
}

/**
 * So long an idle partition waits for those that a tick could not look at. Their watermark is a lower bound at best: following
 * others too early makes its next records late, and waiting without a limit keeps its last windows back.
 */
export const UNSEEN_HOLD_MS = hours(1);

/**
 * The watermark of idle partitions (PL-21): the smallest of the active ones; when all are idle, the wall clock less the
 * out-of-orderness bound and the idle timeout. No partition at all: undefined.
 */
export function idleWatermark(
  partitions: readonly ActivePart[],
  nowMs: number,
  { maxOutOfOrdernessMs, idleTimeoutMs }: IdleSettings,
): number | undefined {
  if (partitions.length === 0) return undefined;
  const active = partitions.filter(({ isIdle }) => !isIdle);
  if (active.length === 0) return nowMs - maxOutOfOrdernessMs - idleTimeoutMs;
  return Math.min(...active.map(({ watermarkMs }) => watermarkMs));
}

/**
 * How far one idle partition follows: a partition that was not seen counts as active with the watermark that it has reached at
 * least, until the idle one has been quiet for UNSEEN_HOLD_MS.
 *
 * @param unseen watermarks of partitions that failed or were not reached; undefined: nothing is known
 * @param quietMs since the idle partition's newest record, or its beginning [ms]
 */
export function followedWatermark(
  seen: readonly ActivePart[],
  unseen: ReadonlyArray<number | undefined>,
  quietMs: number,
  nowMs: number,
  settings: IdleSettings,
): number | undefined {
  const held =
    quietMs >= UNSEEN_HOLD_MS ? [] : unseen.map((watermarkMs = NO_WATERMARK) => ({ watermarkMs, isIdle: false }));
  return idleWatermark([...seen, ...held], nowMs, settings);
}
