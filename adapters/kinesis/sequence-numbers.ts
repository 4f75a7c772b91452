/** So many last digits are looked at one by one. */
const TAIL_DIGITS = 15;
const [ZERO, NINE] = [0x30, 0x39];

/**
 * Checks the sequence numbers of one event. They have some 56 digits, of which the first ones rarely change from a record to
 * the next.
 */
export class SequenceNumbers {
  /** Of the last one that was long enough: digits only. */
  #head = '';

  /** @returns false: it is no decimal number of 1 to 128 digits */
  isOne(text: string): boolean {
    const headDigits = text.length - TAIL_DIGITS;
    if (headDigits > 0 && headDigits === this.#head.length && text.startsWith(this.#head))
      return hasDigitsFrom(text, headDigits);
    if (!/^\d{1,128}$/.test(text)) return false;
    if (headDigits > 0) this.#head = text.slice(0, headDigits);
    return true;
  }
}

function hasDigitsFrom(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < ZERO || unit > NINE) return false;
  }
  return true;
}

/** Of two sequence numbers: of one length, their order is that of their texts. */
export function isAbove(one: string, other: string): boolean {
  return one.length === other.length ? one > other : BigInt(one) > BigInt(other);
}
