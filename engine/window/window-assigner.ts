/** Which windows a record falls into: a pure function of its event time. The same windows for every key. */
export interface WindowAssigner {
  /** Canonical text of all settings: part of the state's schema (PL-30), e.g. `tumbling(size=3600000,offset=0)`. */
  readonly descriptor: string;
  /** Start of every window that holds `eventTimeMs`, ascending. */
  windowStarts(eventTimeMs: number): readonly number[];
  /** End of the window that starts at `startMs`. */
  endOf(startMs: number): number;
}
