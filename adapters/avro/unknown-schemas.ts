import type { Clock } from '../../engine/ports.ts';

const REMEMBERED_MS = 60_000;
/** Past it the oldest are asked for again: a producer chooses ids. */
const MAX_REMEMBERED = 10_000;

/**
 * Schemas that the registry did not know when it was asked, for a minute, and only for records that had arrived by then:
 * a producer may have registered the schema before it sent a later one.
 */
export class UnknownSchemas {
  readonly #clock: Clock;
  /** When the registry was asked, the earliest first. */
  readonly #askedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(id: string, arrivalTimeMs: number): boolean {
    const askedMs = this.#askedMs.get(id);
    return askedMs !== undefined && arrivalTimeMs <= askedMs && this.#clock.nowMs() - askedMs < REMEMBERED_MS;
  }

  add(id: string, askedMs: number): void {
    this.#askedMs.delete(id);
    this.#askedMs.set(id, askedMs);
    if (this.#askedMs.size > MAX_REMEMBERED) this.#askedMs.delete(this.#askedMs.keys().next().value as string);
  }
}
