import { TidemarkError } from '../errors.ts';

/** What code of the pipeline is called for: to read or process a record, or to fire. */
export type UnitKind = 'record' | 'firing';

/** One call of it. Units are numbered as they begin: of the same state and records, a step has the same ones. */
export interface Unit {
  readonly number: number;
  readonly kind: UnitKind;
}

/** Units that fail in place of being run. */
export interface Refusals {
  /** They did not end before. */
  readonly units: ReadonlySet<number>;
  /** From this one on all of its kind, for those before have used up the time of what they are committed with. */
  readonly rest: Unit | undefined;
}

export interface WatchSettings {
  readonly refusals: Refusals;
  readonly unitMs: number;
  /** Of so many units one has its time taken. */
  readonly timedEvery: number;
  nowMs(): number;
}

interface OpenUnit extends Unit {
  /** That of the last unit whose time was taken: no later than its own. */
  readonly startedMs: number;
  /** Of a firing: what it is about, and its key. */
  readonly about: unknown;
  readonly key: string | undefined;
}

/** A unit in which a step was stopped, and a name that it has in every step. */
export interface OverdueUnit extends Unit {
  readonly name: string;
}

/** Sees which unit a step is in, so that one that is stopped shows where. */
export class Watch {
  /** Of the record that the step has come to; -1: none, it is in a move of time that an earlier commit has left. */
  index = -1;
  /** Timers that this move of time had fired before the instant that it is in: it can be cut there. */
  firedBefore = 0;
  readonly #settings: WatchSettings;
  readonly #hasRefusals: boolean;
  #units = 0;
  #timedMs = 0;
  /** The last one is within those before it. */
  readonly #open: OpenUnit[] = [];

  constructor(settings: WatchSettings) {
    this.#settings = settings;
    this.#hasRefusals = settings.refusals.units.size > 0 || settings.refusals.rest !== undefined;
  }

  /** How many units are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** A unit begins. @throws USER_CODE_TIMEOUT (data) it is refused */
  begin(kind: UnitKind, about?: unknown, key?: string): void {
    const number = this.#units++;
    if (this.#hasRefusals) this.#requireNotRefused(number, kind);
    if (number % this.#settings.timedEvery === 0) this.#timedMs = this.#settings.nowMs();
    this.#open.push({ number, kind, startedMs: this.#timedMs, about, key });
  }

  /** A part of the innermost unit that is open begins, which may fail by itself. @throws USER_CODE_TIMEOUT (data) it is refused */
  beginPart(): void {
    const within = this.#open.at(-1);
    this.begin(within?.kind ?? 'record', within?.about, within?.key);
  }

  /** Units have ended: so many are still open. A step that is stopped leaves those open that it was in. */
  endTo(depth: number): void {
    this.#open.length = depth;
  }

  /**
   * The innermost unit that has run for too long when the step is stopped. It may be one of the few before it where not
   * the time of each is taken.
   *
   * @param record that the step has come to, as it is named in every step
   */
  overdue(record: string): OverdueUnit | undefined {
    const { nowMs, unitMs } = this.#settings;
    const stoppedMs = nowMs();
    const unit = this.#open.findLast(({ startedMs }) => stoppedMs - startedMs >= unitMs);
    if (unit === undefined) return undefined;
    const { number, kind, about, key } = unit;
    return { number, kind, name: kind === 'record' ? record : JSON.stringify([key, about]) };
  }

  #requireNotRefused(number: number, kind: UnitKind): void {
    const { refusals, unitMs } = this.#settings;
    if (refusals.units.has(number)) throw tooLong(unitMs);
    const { rest } = refusals;
    if (rest !== undefined && rest.kind === kind && number >= rest.number) throw crowdedOut();
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
