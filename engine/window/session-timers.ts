import type { Clocks, DomainTimer } from '../operator.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { nextMultiple, type Repeat } from './emission.ts';
import { closesAtMs, NEVER, type Session } from './sessions.ts';
import type { WindowedAggregation } from './windows.ts';

/** When something is due for a session. */
export class SessionTimers {
  readonly #gapMs: number;
  readonly #aggregation: WindowedAggregation;

  constructor(gapMs: number, aggregation: WindowedAggregation) {
    this.#gapMs = gapMs;
    this.#aggregation = aggregation;
  }

  /** As for a session without timers. */
  setAnew(key: string, one: Session, clocks: Clocks): DomainTimer[] {
    one.eventTimerMs = NEVER;
    one.processingTimerMs = NEVER;
    return this.set(key, one, clocks);
  }

  /** The timers that the session needs and does not have; notes them in it. Earlier ones that are set already will do. */
  set(key: string, one: Session, clocks: Clocks): DomainTimer[] {
    const timers: DomainTimer[] = [];
    const { startMs } = one;
    const eventMs = Math.min(this.#boundaryOf(one), this.#repeatDue(one, 'eventTime', clocks.watermarkMs));
    if (eventMs < one.eventTimerMs) {
      one.eventTimerMs = eventMs;
      timers.push({ domain: 'event', timer: { timeMs: eventMs, startMs, key, kind: 'due' } });
    }
    const processingMs = this.#repeatDue(one, 'processingTime', clocks.processingTimeMs);
    if (processingMs < one.processingTimerMs) {
      one.processingTimerMs = processingMs;
      timers.push({ domain: 'processing', timer: { timeMs: processingMs, startMs, key, kind: 'due' } });
    }
    return timers;
  }

  #boundaryOf({ endMs, isOnTimeDone }: Session): number {
    const { emission, allowedLatenessMs } = this.#aggregation;
    return emission.finalOnly || isOnTimeDone ? closesAtMs(endMs, this.#gapMs, allowedLatenessMs) : endMs;
  }

  #repeatDue(one: Session, by: 'eventTime' | 'processingTime', nowMs: number): number {
    const repeat = repeatOf(one, this.#aggregation);
    if (repeat?.by !== by || one.pane.unfired === 0) return NEVER;
    // There is no watermark yet: the first one arms the trigger.
    return nowMs === NO_WATERMARK ? NO_WATERMARK + 1 : nextMultiple(nowMs, repeat.everyMs);
  }
}

/** What fires a session again and again; undefined where only its close does. */
export function repeatOf(
  { isOnTimeDone }: Session,
  { emission: { early, late, finalOnly } }: WindowedAggregation,
): Repeat | undefined {
  if (finalOnly) return undefined;
  return isOnTimeDone ? late : early;
}
