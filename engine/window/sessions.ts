/** The sessions of one key, as pure rules and as bytes. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { Entry } from '../state/table.ts';
import { isClosed } from '../time/watermark.ts';
import type { Pane, Panes, WindowBounds } from './panes.ts';

/** No timer is set. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Stored by key and start; those of one key never overlap, and each lasts a gap at least. */
export interface Session extends WindowBounds, Entry {
  readonly pane: Pane;
  /** It has had its result at its end; with other bounds it will have another. */
  readonly isOnTimeDone: boolean;
  /** Readers see a result of these bounds: nothing has retracted it. */
  readonly isVisible: boolean;
  /** The timers that are set for it, not stored: NEVER for none. */
  eventTimerMs: number;
  processingTimerMs: number;
}

/** A record is late when the session that it makes alone has closed: what others have made of that one does not count (PL-44). */
export function isLateForSessions(
  eventTimeMs: number,
  gapMs: number,
  allowedLatenessMs: number,
  watermarkMs: number,
): boolean {
  return isClosed(eventTimeMs + gapMs, allowedLatenessMs, watermarkMs);
}

/**
 * Up to which watermark a session is kept: a gap longer than another window, so that each record that is not late finds
 * the session into which it falls (PL-44).
 */
export function closesAtMs(endMs: number, gapMs: number, allowedLatenessMs: number): number {
  return endMs + gapMs + allowedLatenessMs;
}

/** Half-open: sessions that only touch stay apart. */
export function overlaps(a: WindowBounds, b: WindowBounds): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

export function hull(windows: readonly WindowBounds[]): WindowBounds {
  return {
    startMs: Math.min(...windows.map(({ startMs }) => startMs)),
    endMs: Math.max(...windows.map(({ endMs }) => endMs)),
  };
}

/** Its place among the sessions of its key. */
export const placeOf = ({ startMs }: Pick<WindowBounds, 'startMs'>): string => String(startMs);

/** All but its start, which is its place. */
export function writeSession(
  writer: ByteWriter,
  { startMs, endMs, isOnTimeDone, isVisible, pane }: Session,
  panes: Panes,
  order: readonly number[] | undefined,
): void {
  writer.varint(endMs - startMs);
  writer.byte((isOnTimeDone ? 1 : 0) + (isVisible ? 2 : 0));
  panes.write(writer, pane, order);
}

export function readSession(
  reader: ByteReader,
  startMs: number,
  panes: Panes,
  order: readonly number[] | undefined,
): Session {
  const endMs = startMs + reader.varint();
  const flags = reader.byte();
  const pane = panes.read(reader, order);
  return {
    startMs,
    endMs,
    isOnTimeDone: (flags & 1) !== 0,
    isVisible: (flags & 2) !== 0,
    pane,
    eventTimerMs: NEVER,
    processingTimerMs: NEVER,
    hash: 0,
  };
}
