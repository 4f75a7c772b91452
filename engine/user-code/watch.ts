import { messageOf, oneLine, TidemarkError } from '../errors.ts';

/** What code of the pipeline is called for: to read or process a record, or to fire. */
export type UnitKind = 'record' | 'firing';

/** One call of it. Units are numbered as they begin: of the same state and records, a step has the same ones. */
export interface Unit {
  readonly number: number;
  readonly kind: UnitKind;
  readonly startedMs: number;
}

/** Units that fail in place of being run. */
export interface Refusals {
  /** They did not end before. */
  readonly units: ReadonlySet<number>;
  /** From this one on all of its kind, for those before have used up the time of what they are committed with. */
  readonly rest: Pick<Unit, 'number' | 'kind'> | undefined;
}

/** Sees which unit a step is in, so that one that is stopped shows where. */
export class Watch {
  /** Of the record that the step has come to; -1: none, it is in a move of time that an earlier commit has left. */
  index = -1;
  /** Timers that this move of time had fired before the instant that it is in: it can be cut there. */
  firedBefore = 0;
  readonly #refusals: Refusals;
  readonly #limitMs: number;
  readonly #nowMs: () => number;
  #units = 0;
  /** The last one is within those before it. */
  readonly #open: Unit[] = [];

  constructor(refusals: Refusals, limitMs: number, nowMs: () => number) {
    this.#refusals = refusals;
    this.#limitMs = limitMs;
    this.#nowMs = nowMs;
  }

  get hasBegun(): boolean {
    return this.#units > 0;
  }

  /** Runs one unit. @throws USER_CODE_TIMEOUT (data) it is refused */
  run<T>(kind: UnitKind, work: () => T): T {
    const number = this.#units++;
    const { units, rest } = this.#refusals;
    if (units.has(number)) throw tooLong(this.#limitMs);
    if (rest?.kind === kind && number >= rest.number) throw crowdedOut();
    this.#open.push({ number, kind, startedMs: this.#nowMs() });
    try {
      return work();
    } catch (error) {
      // The text of what was thrown is code of the pipeline too: it is taken within the unit.
      throw error instanceof TidemarkError ? error : new Error(oneLine(messageOf(error)), { cause: error });
    } finally {
      // A step that is stopped does not come here: the units that it was in stay open.
      this.#open.pop();
    }
  }

  /** The innermost unit that had run for as long as one may when the step was stopped. */
  overdue(): Unit | undefined {
    const nowMs = this.#nowMs();
    return this.#open.findLast(({ startedMs }) => nowMs - startedMs >= this.#limitMs);
  }
}

function tooLong(limitMs: number): TidemarkError {
  return refusal(`pipeline code must end within ${limitMs} ms, got more; correct the pipeline or its schema`);
}

function crowdedOut(): TidemarkError {
  const rule = 'pipeline code must end in time together with what is committed with it';
  return refusal(`${rule}, got code before it that did not; correct the pipeline, then redrive`);
}

function refusal(text: string): TidemarkError {
  return new TidemarkError('data', 'USER_CODE_TIMEOUT', text);
}
