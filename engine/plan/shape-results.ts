import type { ResultRow } from '../outputs.ts';

/** What becomes of a result; undefined: it is left out. */
export type ResultTransform = (row: ResultRow) => ResultRow | undefined;

/**
 * Leaves out results that `isWanted` does not want. One that may have been wanted before is retracted, so that no reader
 * is left with it.
 */
export function having(before: ResultTransform | undefined, isWanted: (values: never) => boolean): ResultTransform {
  return (given) => {
    const row = before === undefined ? given : before(given);
    if (row === undefined || isWithoutValues(row) || isWanted(row.values as never)) return row;
    return row.revision > 1 && row.retracted !== true ? { ...row, values: {}, retracted: true } : undefined;
  };
}

/** Changes the values of results. */
export function changing(
  before: ResultTransform | undefined,
  change: (values: never, row: ResultRow) => unknown,
): ResultTransform {
  return (given) => {
    const row = before === undefined ? given : before(given);
    return row === undefined || isWithoutValues(row)
      ? row
      : { ...row, values: change(row.values as never, row) as ResultRow['values'] };
  };
}

/** A tombstone that does not repeat what it retracts. */
function isWithoutValues({ retracted, values }: ResultRow): boolean {
  return retracted === true && Object.keys(values).length === 0;
}
