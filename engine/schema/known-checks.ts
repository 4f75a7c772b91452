import type { ZodCheck } from './zod-node.ts';

/** Whether a check finds nothing wrong with a value. */
type Test = (value: unknown) => boolean;

/**
 * Checks of zod as functions of a value: zod's own take a list of issues for each. Those that change a value, and code of the
 * pipeline, stay zod's work.
 *
 * @returns undefined: not all of them are known here
 */
export function testOf(checks: readonly ZodCheck[]): Test | undefined {
  const tests = checks.map(testOfOne);
  const [first, second] = tests;
  if (first === undefined || tests.includes(undefined)) return undefined;
  if (second === undefined) return first;
  return (value) => {
    for (let i = 0; i < tests.length; i++) if (!(tests[i] as Test)(value)) return false;
    return true;
  };
}

/** Formats of text that are no more than their pattern. */
const PATTERNS = ['$ZodCheckRegex', '$ZodISODateTime', '$ZodISODate', '$ZodISOTime', '$ZodUUID', '$ZodEmail'];

function testOfOne({ _zod: { def, traits } }: ZodCheck): Test | undefined {
  const { value: bound, inclusive, pattern } = def;
  if (def.when !== undefined || traits.has('$ZodCustomStringFormat')) return undefined;
  if (traits.has('$ZodCheckNumberFormat')) return def.format === 'safeint' ? Number.isSafeInteger : undefined;
  if (traits.has('$ZodCheckGreaterThan') && typeof bound === 'number')
    return inclusive === true ? (value) => (value as number) >= bound : (value) => (value as number) > bound;
  if (traits.has('$ZodCheckLessThan') && typeof bound === 'number')
    return inclusive === true ? (value) => (value as number) <= bound : (value) => (value as number) < bound;
  if (!(pattern instanceof RegExp) || !PATTERNS.some((trait) => traits.has(trait))) return undefined;
  return (value) => {
    pattern.lastIndex = 0;
    return pattern.test(value as string);
  };
}
