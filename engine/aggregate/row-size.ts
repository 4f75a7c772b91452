import { requireSetting } from '../errors.ts';
import type { Aggregate } from './aggregate.ts';
import { MAX_ROW_BYTES } from '../value/limits.ts';

/** Of an aggregate that does not say: a number, as text if need be. */
const NUMBER_BYTES = 25;

/** @throws INVALID_SETTING when the results of one row could become too large for the table */
export function requireRowFits(
  aggregates: ReadonlyArray<{ readonly name: string; readonly aggregate: Aggregate<never> }>,
): void {
  const sizes = aggregates.map(({ name, aggregate: { aggregator } }) => ({
    name,
    bytes: name.length * 3 + 1 + (aggregator.maxResultBytes ?? NUMBER_BYTES),
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { name: '', bytes: 0 });
  requireSetting(
    'bytes of the aggregates of one row',
    total,
    total <= MAX_ROW_BYTES,
    `at most ${MAX_ROW_BYTES}`,
    `lower the bounds of ${JSON.stringify(largest.name)}, which may take ${largest.bytes}`,
  );
}
