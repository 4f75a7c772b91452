/** Half-open: a record at `endMs` belongs to the next window. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** Which windows a record falls into: a pure function of its event time. */
export interface WindowAssigner {
  readonly kind: 'tumbling';
  readonly sizeMs: number;
  /** Canonical text of all settings: part of the state schema's fingerprint (PL-30). */
  readonly descriptor: string;
  /** Start of every window that holds `eventTimeMs`, ascending. */
  windowStarts(eventTimeMs: number): readonly number[];
  /** End of the window that starts at `startMs`. */
  endOf(startMs: number): number;
}
