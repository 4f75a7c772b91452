/** How large a value is: as DynamoDB counts it, and as JSON. */
import { TidemarkError } from '../errors.ts';

/**
 * Significant digits of a decimal text as DynamoDB counts them [bytes].
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function decimalBytes(text: string): number {
  return Math.ceil(text.replace(/^-?[0.]*|[.]/g, '').length / 2) + 1;
}

/** Length in UTF-8 [bytes]. */
export function textBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** What JSON adds to a text: its quotes, and a backslash or `\u00` before what may not stand in it [bytes]. */
function escapeBytes(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22 || unit === 0x5c) bytes += 1;
    else if (unit < 0x20) bytes += SHORT_ESCAPES.has(unit) ? 1 : 5;
  }
  return bytes;
}

const SHORT_ESCAPES = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

export interface SizeLimits {
  /** As DynamoDB counts [bytes]. */
  readonly stored: number;
  /** As JSON [bytes]. */
  readonly line: number;
}

/** Adds up the size of a value while it is read, so that one that is too large is never read to its end. */
export class Meter {
  readonly #what: string;
  readonly #limits: SizeLimits;
  #stored = 0;
  #line = 0;

  /** @param what names the value in an error */
  constructor(what: string, limits: SizeLimits) {
    this.#what = what;
    this.#limits = limits;
  }

  /** @throws VALUE_TOO_LARGE (data) */
  add(stored: number, line: number): void {
    this.#stored += stored;
    this.#line += line;
    if (this.#stored > this.#limits.stored) throw this.#tooLarge(this.#limits.stored, 'in a table');
    if (this.#line > this.#limits.line) throw this.#tooLarge(this.#limits.line, 'of JSON');
  }

  text(text: string): void {
    const bytes = textBytes(text);
    this.add(bytes, bytes + escapeBytes(text));
  }

  number(value: number): void {
    const text = String(value);
    this.add(decimalBytes(text) + (value < 0 ? 1 : 0), text.length);
  }

  #tooLarge(limit: number, unit: string): TidemarkError {
    return new TidemarkError(
      'data',
      'VALUE_TOO_LARGE',
      `${this.#what} must be at most ${limit} bytes ${unit}, got more; emit less at once`,
    );
  }
}
