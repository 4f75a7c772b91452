import type { DomainTimer } from '../operator.ts';
import { isClosed, isFired } from '../time/watermark.ts';
import type { Hops } from './hops.ts';
import { tumblingStart } from './tumbling-windows.ts';

/** The arithmetic of slices: which windows hold one, and what happens to it next. */
export class Slicing {
  readonly allowedLatenessMs: number;
  readonly #hops: Hops;
  readonly #widthMs: number;
  readonly #finalOnly: boolean;

  constructor(hops: Hops, allowedLatenessMs: number, finalOnly: boolean) {
    this.#hops = hops;
    this.#widthMs = greatestCommonDivisor(hops.sizeMs, hops.advanceMs);
    this.allowedLatenessMs = allowedLatenessMs;
    this.#finalOnly = finalOnly;
  }

  sliceOf(eventTimeMs: number): number {
    return sliceStart(eventTimeMs, this.#hops, this.#widthMs);
  }

  /** Start of the last window that holds the slice. */
  lastWindow(sliceMs: number): number {
    return tumblingStart(sliceMs, this.#hops.advanceMs, this.#hops.offsetMs);
  }

  endOf(windowMs: number): number {
    return windowMs + this.#hops.sizeMs;
  }

  /** The first window that holds the slice and is open at this watermark; the one behind the last where none is. */
  firstOpen(sliceMs: number, watermarkMs: number): number {
    const { sizeMs, advanceMs, offsetMs } = this.#hops;
    const after = (timeMs: number): number => tumblingStart(timeMs, advanceMs, offsetMs) + advanceMs;
    return Math.max(after(sliceMs - sizeMs), after(watermarkMs - this.allowedLatenessMs - sizeMs));
  }

  /**
   * Every window that holds the slice and has fired, but is open still.
   *
   * @param lateFromMs the watermark that a record is late by, no less than that of the firings
   */
  firedWindows(sliceMs: number, watermarkMs: number, lateFromMs = watermarkMs): number[] {
    if (this.#finalOnly) return [];
    const windows: number[] = [];
    for (
      let startMs = this.lastWindow(sliceMs);
      startMs > sliceMs - this.#hops.sizeMs;
      startMs -= this.#hops.advanceMs
    ) {
      const endMs = this.endOf(startMs);
      if (isClosed(endMs, this.allowedLatenessMs, lateFromMs)) break;
      if (isFired(endMs, watermarkMs)) windows.push(startMs);
    }
    return windows.reverse();
  }

  slicesOf(windowMs: number): number[] {
    const slices: number[] = [];
    for (let sliceMs = windowMs; sliceMs < this.endOf(windowMs); sliceMs += this.#widthMs) slices.push(sliceMs);
    return slices;
  }

  /** The next window of the slice that fires; after the last one, the slice goes when that window closes. */
  timerOf(sliceMs: number, watermarkMs: number): DomainTimer {
    const delayMs = this.#finalOnly ? this.allowedLatenessMs : 0;
    const lastEndMs = this.endOf(this.lastWindow(sliceMs));
    if (lastEndMs + delayMs <= watermarkMs) return eventTimer(lastEndMs + this.allowedLatenessMs, sliceMs, 'drop');
    const { sizeMs, advanceMs, offsetMs } = this.#hops;
    // Of the ends that lie after both the slice and the watermark, the first.
    const after = Math.max(sliceMs, watermarkMs - delayMs);
    return eventTimer(
      tumblingStart(after - sizeMs, advanceMs, offsetMs) + advanceMs + sizeMs + delayMs,
      sliceMs,
      'fire',
    );
  }

  windowThatFiresAt(timeMs: number): number {
    return timeMs - (this.#finalOnly ? this.allowedLatenessMs : 0) - this.#hops.sizeMs;
  }

  forget(windowMs: number): DomainTimer {
    return eventTimer(this.endOf(windowMs) + this.allowedLatenessMs, windowMs, 'forget');
  }
}

/** Of the slice that a time is in. */
export function sliceStart(
  eventTimeMs: number,
  { sizeMs, advanceMs, offsetMs }: Hops,
  widthMs = greatestCommonDivisor(sizeMs, advanceMs),
): number {
  return tumblingStart(eventTimeMs, widthMs, offsetMs % widthMs);
}

function eventTimer(timeMs: number, startMs: number, kind: string): DomainTimer {
  return { domain: 'event', timer: { timeMs, startMs, key: '', kind } };
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
