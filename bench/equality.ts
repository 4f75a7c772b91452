import type { Comparison } from '../test/verify/compare.ts';

/** No figure is worth anything when the results are wrong. @throws with the first differences */
export function requireEqual({ what, compared, differences, first }: Comparison): void {
  if (differences > 0)
    throw new Error(`${what} must be equal, got ${differences} differences among ${compared}: ${first.join('; ')}`);
  if (compared === 0) throw new Error(`${what} must compare something, got nothing`);
}

export function requireSame(what: string, expected: unknown, actual: unknown): void {
  if (!Object.is(expected, actual)) throw new Error(`${what} must be ${String(expected)}, got ${String(actual)}`);
}
