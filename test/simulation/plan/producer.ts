import type { PlannedPart } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';

/** Further than any function comes behind in a simulation: it is the future whenever it is looked at. */
const FAR_AHEAD_MS = 20_000_000;

/** Whoever sends readings: some late, some from the future, some that are none, some under the wrong key. */
export class Producer {
  readonly #random: SeededRandom;
  readonly #sensors: readonly string[];
  readonly #disorderMs: number;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#sensors = Array.from({ length: random.between(1, 8) }, (_, i) => `s${i}`);
    this.#disorderMs = random.pick([0, 1_000, 30_000]);
  }

  next(nowMs: number): PlannedPart {
    const random = this.#random;
    const sensor = random.pick(this.#sensors);
    // Whole quarters of a second: boundaries of windows and of lateness are met exactly, again and again.
    const atMs =
      Math.floor((nowMs - random.between(0, this.#disorderMs)) / 250) * 250 + (random.chance(0.02) ? FAR_AHEAD_MS : 0);
    const text = random.chance(0.03) ? 'no reading' : JSON.stringify({ sensor, atMs, value: random.between(-50, 50) });
    return { partitionKey: random.chance(0.01) ? 'elsewhere' : sensor, text };
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
