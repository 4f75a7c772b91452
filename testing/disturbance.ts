/** What goes wrong in a run, drawn from a seed: the same seed gives the same run. */
export class Disturbance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Pieces of a batch, in order. */
  *cut<T>(records: readonly T[]): Generator<readonly T[]> {
    for (let at = 0; at < records.length;) {
      const size = 1 + Math.floor(this.#draw() * records.length);
      yield records.slice(at, at + size);
      at += size;
    }
  }

  isTwice(): boolean {
    return this.#draw() < 0.2;
  }

  isKilled(): boolean {
    return this.#draw() < 0.2;
  }

  isSplit(): boolean {
    return this.#draw() < 0.1;
  }

  /** A number in [0, 1): mulberry32. */
  #draw(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
