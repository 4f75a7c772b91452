import type { SeededRandom } from '../world/random.ts';

/** What a record of a topic says of its arrival. */
export interface Timestamp {
  readonly type: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  readonly ms: number;
}

const CENTURY_MS = 100 * 365 * 86_400_000;

/** The clocks of a topic: its producers', some of which write what they like, or that of a broker which may be wrong. */
export class Timestamps {
  readonly #random: SeededRandom;
  readonly #type: Timestamp['type'];
  readonly #driftMs: number;
  readonly #isHostile: boolean;

  /** @param mayBeAhead of the function's clock, which then takes their place */
  constructor(random: SeededRandom, mayBeAhead: boolean) {
    this.#random = random;
    this.#type = random.pick(['CREATE_TIME', 'CREATE_TIME', 'LOG_APPEND_TIME'] as const);
    const driftMs = random.pick([0, 0, -90_000, 600_000, CENTURY_MS]);
    this.#driftMs = mayBeAhead ? driftMs : Math.min(driftMs, 0);
    this.#isHostile = random.chance(0.5) && mayBeAhead;
  }

  next(nowMs: number): Timestamp {
    const random = this.#random;
    const type = this.#type;
    if (type === 'LOG_APPEND_TIME') return { type, ms: nowMs + this.#driftMs };
    if (this.#isHostile && random.chance(0.1))
      return { type, ms: random.pick([-1, 0, 1, nowMs + CENTURY_MS, Number.MAX_SAFE_INTEGER]) };
    return { type, ms: nowMs + this.#driftMs - random.between(0, 20_000) };
  }
}

/** By when an event must have happened that arrived at `arrivalTimeMs`, the skew left out; undefined: it says nothing of its arrival. */
export function clockOf(timestamp: Timestamp | undefined, arrivalTimeMs: number): number | undefined {
  if (timestamp === undefined) return arrivalTimeMs;
  if (timestamp.ms < 0) return undefined;
  return timestamp.type === 'LOG_APPEND_TIME' ? Math.min(timestamp.ms, arrivalTimeMs) : arrivalTimeMs;
}
