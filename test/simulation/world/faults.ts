import { SeededRandom } from './random.ts';

/** Everything that can go wrong. Each seed switches each kind on or off (swarm testing). */
export const FAULT_KINDS = [
  'log.throttled', 'log.requestLost', 'log.replyLost', 'log.executedLate', 'log.readFails', 'log.readTorn',
  'blob.failsBefore', 'blob.replyLost', 'blob.executedLate', 'blob.readFails',
  'stream.fails', 'tick.otherInstance', 'sink.failsBefore', 'sink.replyLost', 'sink.partial', 'sink.refusesSome', 'sink.executedLate',
  'function.killed', 'function.frozen', 'function.slow',
  'mapping.duplicate', 'mapping.rewind', 'mapping.resplit', 'mapping.otherInstance',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * Decides about each fault, and remembers those that happened by a name that survives a replay: `kind#n` is the n-th time
 * that this kind could have happened. A replay may allow some of them only; that is how a failure is made small.
 */
export class Faults {
  readonly happened: string[] = [];
  readonly #random: SeededRandom;
  readonly #probability = new Map<FaultKind, number>();
  readonly #asked = new Map<FaultKind, number>();
  readonly #allowed: ReadonlySet<string> | undefined;
  #over = false;

  constructor(seed: number, allowed: ReadonlySet<string> | undefined) {
    this.#random = new SeededRandom(seed * 7 + 1);
    this.#allowed = allowed;
    for (const kind of FAULT_KINDS) {
      const on = this.#random.chance(0.5);
      const strength = this.#random.pick([0.02, 0.1, 0.3]);
      this.#probability.set(kind, on ? strength : 0);
    }
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.#over = true;
  }

  decide(kind: FaultKind): boolean {
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    // Drawn even when it cannot happen, so that forbidding one fault does not shift the dice of the others.
    const drawn = this.#random.chance(this.#probability.get(kind) ?? 0);
    const name = `${kind}#${asked}`;
    if (!drawn || this.#over || (this.#allowed !== undefined && !this.#allowed.has(name))) return false;
    this.happened.push(name);
    return true;
  }

  /** How long something takes, in virtual ms: mostly short, sometimes minutes. */
  delayMs(): number {
    return this.#random.chance(0.7) ? this.#random.between(1, 200) : this.#random.between(1_000, 300_000);
  }
}
