import { requireSetting } from '../engine/errors.ts';

/** @throws INVALID_SETTING unless `value` is an integer in [min, max] */
export function requireInteger(name: string, value: number, min: number, max: number): void {
  requireSetting(
    name,
    value,
    Number.isSafeInteger(value) && value >= min && value <= max,
    `an integer in [${min}, ${max}]`,
    'leave it out for the default',
  );
}
