import { requireSetting } from '../../engine/errors.ts';

/**
 * The number of a flag, fractions allowed.
 *
 * @throws INVALID_SETTING `events-per-second must be a number in [0.01, 1000000], got "x"; pass --events-per-second 100`
 */
export function numberFlag(
  name: string,
  text: string | boolean | undefined,
  [min, max]: readonly [number, number],
  example: number,
): number {
  const value = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  requireSetting<unknown>(
    name,
    text,
    value >= min && value <= max,
    `a number in [${min}, ${max}]`,
    `pass --${name} ${example}`,
  );
  return value;
}
