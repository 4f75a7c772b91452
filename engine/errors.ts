/**
 * The one error type. Its kind decides what happens next:
 *
 * | kind        | what happens                              |
 * |-------------|-------------------------------------------|
 * | invalid     | synth or cold start fails                 |
 * | data        | dead letter inside the commit             |
 * | unavailable | thrown; Lambda retries the batch          |
 * | fenced      | memory dropped, reloaded, once more       |
 * | internal    | thrown, alarm                             |
 */
export type ErrorKind = 'invalid' | 'data' | 'unavailable' | 'fenced' | 'internal';

export class TidemarkError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    kind: ErrorKind,
    code: string,
    text: string,
    options: { context?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(text, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'TidemarkError';
    this.code = code;
    this.kind = kind;
    this.context = Object.freeze({ ...options.context });
  }
}

/** True when `error` is a TidemarkError of this kind. */
export function isKind(error: unknown, kind: ErrorKind): error is TidemarkError {
  return error instanceof TidemarkError && error.kind === kind;
}

/** The text of anything that was thrown, for an error that wraps it. Never throws itself: some values have no text. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return `a thrown ${typeof error}`;
  }
}

/** Text of others, which may repeat the payload: never more than a line of it. */
export function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

/**
 * Checks a setting and returns it.
 *
 * @throws INVALID_SETTING `sizeMs must be an integer above 0, got -5; pass minutes(1)`
 */
export function requireSetting<T>(name: string, value: T, valid: boolean, rule: string, remedy: string): T {
  if (!valid) {
    throw new TidemarkError(
      'invalid',
      'INVALID_SETTING',
      `${name} must be ${rule}, got ${showValue(value)}; ${remedy}`,
    );
  }
  return value;
}

/** A whole number of milliseconds, `min` or more. */
export function requireMs(name: string, value: number, min: 0 | 1, remedy: string): number {
  const rule = min === 0 ? 'an integer of 0 or more' : 'an integer above 0';
  return requireSetting(name, value, Number.isSafeInteger(value) && value >= min, rule, remedy);
}

function showValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
