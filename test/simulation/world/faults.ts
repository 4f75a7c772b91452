import { SeededRandom } from './random.ts';

/** Everything that can go wrong. Each seed switches each kind on or off (swarm testing). */
export const FAULT_KINDS = [
  'log.throttled',
  'log.requestLost',
  'log.replyLost',
  'log.executedLate',
  'log.readFails',
  'log.readTorn',
  'blob.failsBefore',
  'blob.replyLost',
  'blob.executedLate',
  'blob.readFails',
  'stream.fails',
  'tick.otherInstance',
  'sink.failsBefore',
  'sink.replyLost',
  'sink.partial',
  'sink.refusesSome',
  'sink.executedLate',
  'picky.failsBefore',
  'picky.executedLate',
  'picky.replyLost',
  'function.killed',
  'function.frozen',
  'function.slow',
  'mapping.duplicate',
  'mapping.rewind',
  'mapping.resplit',
  'mapping.otherInstance',
  'mapping.ahead',
  'bell.lost',
  'bell.late',
  'bell.twice',
  'receiver.otherInstance',
  'log.readBehind',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * Decides about each fault, and remembers those that happened by a name that survives a replay: `kind#n` is the n-th time
 * that this kind could have happened. A replay may allow some of them only; that is how a failure is made small.
 */
export class Faults {
  readonly happened: string[] = [];
  readonly #dice: ReadonlyMap<FaultKind, { readonly random: SeededRandom; readonly probability: number }>;
  readonly #delays: SeededRandom;
  readonly #asked = new Map<FaultKind, number>();
  readonly #allowed: ReadonlySet<string> | undefined;
  #over = false;

  constructor(seed: number, allowed: ReadonlySet<string> | undefined) {
    this.#allowed = allowed;
    this.#delays = new SeededRandom(seed, 'delays');
    // Each kind has dice of its own: one more kind, or one more question, leaves the others as they were.
    this.#dice = new Map(
      FAULT_KINDS.map((kind) => {
        const random = new SeededRandom(seed, kind);
        return [kind, { random, probability: random.chance(0.5) ? random.pick([0.02, 0.1, 0.3]) : 0 }];
      }),
    );
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.#over = true;
  }

  decide(kind: FaultKind): boolean {
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    // Drawn even when it cannot happen, so that forbidding one fault does not shift the dice of those after it.
    const dice = this.#dice.get(kind);
    if (dice === undefined || !dice.random.chance(dice.probability) || this.#over) return false;
    const name = `${kind}#${asked}`;
    if (this.#allowed !== undefined && !this.#allowed.has(name)) return false;
    this.happened.push(name);
    return true;
  }

  /** How long something takes, in virtual ms: mostly short, sometimes minutes. */
  delayMs(): number {
    return this.#delays.chance(0.7) ? this.#delays.between(1, 200) : this.#delays.between(1_000, 300_000);
  }
}
