import type { Offset } from '../../engine/record.ts';

/** So many last digits are read as a number: exact below 2^53. */
const TAIL_DIGITS = 15;
const [ZERO, NINE] = [0x30, 0x39];

/**
 * Reads the sequence numbers of one event. They have some 56 digits, of which the first ones rarely change from a record to
 * the next: those are made a big integer once.
 */
export class SequenceNumbers {
  #head = '';
  /** `#head` with as many zeros behind it as a tail has digits. */
  #base: Offset = 0n;

  /** @returns undefined: it is no decimal number of 1 to 128 digits */
  read(text: string): Offset | undefined {
    const headDigits = text.length - TAIL_DIGITS;
    if (headDigits < 1 || headDigits !== this.#head.length || !text.startsWith(this.#head))
      return this.#readWhole(text);
    const tail = tailOf(text, headDigits);
    return tail === undefined ? undefined : this.#base + BigInt(tail);
  }

  #readWhole(text: string): Offset | undefined {
    if (!/^\d{1,128}$/.test(text)) return undefined;
    if (text.length > TAIL_DIGITS) {
      this.#head = text.slice(0, -TAIL_DIGITS);
      this.#base = BigInt(this.#head) * 10n ** BigInt(TAIL_DIGITS);
    }
    return BigInt(text);
  }
}

function tailOf(text: string, from: number): number | undefined {
  let tail = 0;
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < ZERO || unit > NINE) return undefined;
    tail = tail * 10 + (unit - ZERO);
  }
  return tail;
}
