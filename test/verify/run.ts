import type { Row } from './compare.ts';

/** What a run says of itself. */
export interface Counts {
  readonly recordsIn: number;
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
  /** Windows that have fired. */
  readonly results: number;
  /** Firings, corrections included. */
  readonly firings: number;
  /** Panes that still take records. */
  readonly openWindows: number;
}

/** All that came out of one run, as its readers see it. */
export interface Run {
  /** Rows of the result table: key, windowStartMs, windowEndMs, revision and the aggregates. */
  readonly results: readonly Row[];
  /** Lines of the lake: as above, with an id. */
  readonly lake: readonly Row[];
  /** Lines of late records, `data` in base64. */
  readonly late: readonly Row[];
  readonly deadLetters: readonly Row[];
  /** Lines of the outputs beside the results, by name. */
  readonly sideOutputs?: Readonly<Record<string, readonly Row[]>>;
  readonly counts: Counts;
}
