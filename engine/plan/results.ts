import type { ResultType } from '../aggregate/aggregate.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: ResultType;
  /** How it is computed, for people, e.g. `mean(delay)`. */
  readonly descriptor: string;
}

/** What the results of a pipeline are, for those who show, store or count them. */
export interface ResultShape {
  /** `window`: told apart by key and window; `sequence`: by key and a running number. */
  readonly identity: 'window' | 'sequence';
  readonly columns: readonly ResultColumn[];
  /** How long a window lasts, or is likely to; undefined without windows. */
  readonly windowMs: number | undefined;
  /** For how long after its end a window is kept. */
  readonly allowedLatenessMs: number;
}
