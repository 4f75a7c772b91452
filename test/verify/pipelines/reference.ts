import type { Comparison, Row } from '../compare.ts';
import type { Counts } from '../run.ts';

/** What a pipeline must give, from somebody who knows nothing of the engine. Lists and objects in rows are JSON text. */
export interface Reference {
  /** What stands in the end: no revision. */
  readonly results: readonly Row[];
  /** Everything that came out, what was taken back included: no revision, for that is the engine's own count. */
  readonly firings?: readonly Row[];
  /** In place of `firings` behind an exchange, where they depend on which sender came first. */
  readonly compareFirings?: (lake: readonly Row[]) => Comparison;
  readonly late: readonly Row[];
  /** By name. */
  readonly sideOutputs: Readonly<Record<string, readonly Row[]>>;
  /** Those that it knows. */
  readonly counts: Partial<Counts>;
}

/** What makes the counts of a run, given all that has come of it. */
export function countsOf(
  recordsIn: number,
  { results, firings, late }: Pick<Reference, 'results' | 'late'> & { readonly firings: readonly Row[] },
): Reference['counts'] {
  return {
    recordsIn,
    counted: recordsIn - late.length,
    late: late.length,
    deadLetters: 0,
    results: results.length,
    firings: firings.length,
  };
}
