import { requireSetting } from '../../engine/errors.ts';

/** Options as commander hands them over: the text of each flag. */
export type FlagTexts = Readonly<Record<string, string | boolean | undefined>>;

/**
 * The whole number of a flag; undefined when it was not given.
 *
 * @throws INVALID_SETTING `records must be an integer above 0, got "x"; pass --records 100000`
 */
export function integerFlag(
  flags: FlagTexts,
  name: string,
  range: { readonly min: number; readonly max?: number },
  example: number,
): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  const valid = Number.isSafeInteger(value) && value >= min && value <= max;
  requireSetting<unknown>(name, text, valid, ruleOf(min, range.max), `pass --${name} ${example}`);
  return value;
}

/** The text of a flag; undefined when it was not given. @throws INVALID_SETTING when it is empty */
export function textFlag(flags: FlagTexts, name: string, remedy: string): string | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  requireSetting<unknown>(name, text, typeof text === 'string' && text !== '', 'a text that is not empty', remedy);
  return String(text);
}

function ruleOf(min: number, max: number | undefined): string {
  if (max !== undefined) return `an integer in [${min}, ${max}]`;
  return min === 0 ? 'an integer of 0 or more' : 'an integer above 0';
}
