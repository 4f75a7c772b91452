/**
 * The only randomness of a simulation: everything follows from the seed (sfc32).
 *
 * @see C. Doty-Humphrey, PractRand
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param purpose the same seed has other dice for each */
  constructor(seed: number, purpose = '') {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = 0x9e3779b9;
    for (const letter of purpose) this.#c = Math.imul(this.#c ^ letter.charCodeAt(0), 0x01000193);
    for (let i = 0; i < 12; i++) this.unit();
  }

  /** In [0, 1). */
  unit(): number {
    const t = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)] as T;
  }

  id(): string {
    return `${this.between(0, 2 ** 31).toString(36)}${this.between(0, 2 ** 31).toString(36)}`;
  }
}
