/** The sessions of one key, as pure rules. */
import type { Entry } from '../state/table.ts';
import { isClosed, NO_WATERMARK } from '../time/watermark.ts';
import type { Pane, WindowBounds } from './panes.ts';

export interface Session extends WindowBounds {
  readonly pane: Pane;
  /** It has had its result at its end; with other bounds it will have another. */
  readonly isOnTimeDone: boolean;
  /** Readers see a result of these bounds: nothing has retracted it. */
  readonly isVisible: boolean;
}

export interface KeySessions extends Entry {
  /** Ascending, none overlapping. */
  readonly open: readonly Session[];
  /** End of the last session that has closed; NO_WATERMARK when none is remembered. */
  readonly closedEndMs: number;
  /** The timers that are set for it, not stored: Infinity for none. */
  eventTimerMs: number;
  processingTimerMs: number;
}

export const NO_SESSIONS: KeySessions = Object.freeze({ open: [], closedEndMs: NO_WATERMARK, eventTimerMs: Number.POSITIVE_INFINITY, processingTimerMs: Number.POSITIVE_INFINITY, hash: 0 });

/**
 * A record is late when a session of its own would be closed, or when it falls into one that has closed: else sessions
 * could overlap.
 */
export function isLateForSessions(eventTimeMs: number, gapMs: number, allowedLatenessMs: number, watermarkMs: number, closedEndMs: number): boolean {
  return isClosed(eventTimeMs + gapMs, allowedLatenessMs, watermarkMs) || eventTimeMs < closedEndMs;
}

/** A closed session is remembered for as long as a record that is not late may fall into it. */
export function mayForget(closedEndMs: number, gapMs: number, allowedLatenessMs: number, watermarkMs: number): boolean {
  return closedEndMs + gapMs + allowedLatenessMs <= watermarkMs;
}

/** Half-open: sessions that only touch stay apart. */
export function overlaps(a: WindowBounds, b: WindowBounds): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

export function hull(windows: readonly WindowBounds[]): WindowBounds {
  return { startMs: Math.min(...windows.map(({ startMs }) => startMs)), endMs: Math.max(...windows.map(({ endMs }) => endMs)) };
}
