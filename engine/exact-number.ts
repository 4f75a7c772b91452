import { TidemarkError } from './errors.ts';

/**
 * A number that stands for an identity: a key, an id, a value of which the different ones are counted. Above 2^53 JSON reads
 * two whole numbers as one, and so two things would be one, without a trace.
 *
 * @param code of the dead letter
 * @param what names the number in the error
 * @returns the number, and 0 for -0: they are equal
 * @throws `code` (data) for a whole number that is not safe, and for one that is not finite
 */
export function requireExact(code: string, what: string, number: number): number {
  if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) {
    throw new TidemarkError(
      'data',
      code,
      `${what} must be a number that JSON keeps exactly, got ${number}; send it as text`,
    );
  }
  return number + 0;
}
