import { TidemarkError } from '../../engine/errors.ts';
import type { SqlType } from './sql-type.ts';

const INT_MAX = 2 ** 31 - 1;

/**
 * A whole number as a value of its type: never rounded, and never wrapped around.
 *
 * @param what names it in the error
 * @throws SQL_NUMBER_TOO_LARGE (data) for an INT beyond 2^31 - 1, and for a BIGINT beyond 2^53 - 1
 */
export function requireInteger(value: number, type: SqlType, what: string): number {
  const isWithin = type === 'INT' ? value >= -INT_MAX - 1 && value <= INT_MAX : Number.isSafeInteger(value);
  if (isWithin) return value + 0;
  throw new TidemarkError(
    'data',
    'SQL_NUMBER_TOO_LARGE',
    `${what} must be a value that ${type} keeps exactly (${type === 'INT' ? '2^31 - 1' : '2^53 - 1'} at most), got a larger one; ${type === 'INT' ? 'CAST its operands to BIGINT' : 'CAST them to DOUBLE, or keep identities as STRING'}`,
  );
}
