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

/**
 * The numbers of a flag that is given by name, once or more: those of `--rate orders=20 --rate refunds=1`.
 *
 * @param text of all of them, joined by commas
 * @throws INVALID_SETTING `rate must be <name>=<number in [0, 1000000]>, each name once, got "x"; pass --rate name=20`
 */
export function namedNumbers(
  flag: string,
  text: string | boolean | undefined,
  [min, max]: readonly [number, number],
  example: number,
): Readonly<Record<string, number>> {
  if (text === undefined) return {};
  const pairs = String(text)
    .split(',')
    .map((one) => /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(one))
    .map((match) => [match?.[1] ?? '', Number(match?.[2] ?? Number.NaN)] as const);
  requireSetting<unknown>(
    flag,
    text,
    new Set(pairs.map(([name]) => name)).size === pairs.length &&
      pairs.every(([, value]) => value >= min && value <= max),
    `<name>=<number in [${min}, ${max}]>, each name once`,
    `pass --${flag} name=${example}`,
  );
  return Object.fromEntries(pairs);
}
