import type { ResultShape } from '../../engine/plan/results.ts';
import type { ResultRow } from '../../engine/outputs.ts';

/**
 * Whether a stored result is of another definition of the pipeline: it says something that this one does not, and lacks
 * something that this one says, or is told apart otherwise. One that lacks a column only is older than that column.
 */
export function isOfOther(
  { values, sequence }: Pick<ResultRow, 'values' | 'sequence'>,
  { identity, columns }: Pick<ResultShape, 'identity' | 'columns'>,
): boolean {
  if ((sequence !== undefined) !== (identity === 'sequence')) return true;
  const known = new Set(columns.map(({ name }) => name));
  const lacksOne = columns.some(({ name }) => !Object.hasOwn(values, name));
  return lacksOne && Object.keys(values).some((name) => !known.has(name));
}

/** What a stored result would be called by its own definition. */
export function shapeOf({ values, sequence }: ResultRow): Pick<ResultShape, 'identity' | 'columns'> {
  return {
    identity: sequence === undefined ? 'window' : 'sequence',
    columns: Object.entries(values).map(([name, value]) => ({
      name,
      type: typeof value === 'number' ? 'number' : 'text',
      descriptor: name,
    })),
  };
}
