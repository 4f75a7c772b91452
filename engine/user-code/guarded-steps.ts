/**
 * Steps that end. One that runs out of its time is stopped, and with it the memory of its log is thrown away. It is
 * made again on the log as it is stored, in another way:
 *
 *     one unit of user code ran too long ──► seen so once before ──► refuse it; take no record behind it
 *                                        └─► for the first time ──► commit what is before it; look again
 *     no unit did, the step was long     ──► take fewer records; of the first one alone, fewer instants;
 *                                            of one alone, give it more time
 */
import type { SourceRecord } from '../record.ts';
import type { CommitBounds } from '../run.ts';
import { wholeOffsets } from '../whole-offsets.ts';
import type { UserCode } from './user-code.ts';
import { Watch, type OverdueUnit, type Refusals } from './watch.ts';

/** Thrown for a step that was stopped, or has to wait: its log has to be read again before it is made again. */
class Stopped extends Error {}

/** The version of a log that a step goes on from. */
export interface StepPlace {
  readonly logId: string;
  readonly version: number;
}

export type GuardedStep<T> = (records: readonly SourceRecord[], bounds: CommitBounds, watch: Watch | undefined) => T;

/** Once it is known that units do not end, a step may take so many times as long as one: half of it shows the next. */
const CAREFUL_UNITS = 2;
/** Before the first stop not every unit's time is taken: that would be one percent of the cost of a record. */
const TIMED_EVERY = 4;
/** A step that has no part to leave out, and was stopped, gets so many times as long. */
const GROWTH = 3;

/** How to make the step that goes on from one version. */
interface Plan {
  readonly place: string;
  readonly startedMs: number;
  readonly refused: Set<number>;
  rest: Refusals['rest'];
  records: number;
  timers: number;
  /** undefined: as all steps of this batch. */
  limitMs: number | undefined;
}

/** The steps of one batch, or of one move of time, over all the times that its log is read again. */
export class GuardedSteps {
  readonly #code: UserCode | undefined;
  #plan: Plan | undefined;
  #limitMs: number;
  /** As many as fit into the time of a step, as far as is known. */
  #maxRecords = Number.POSITIVE_INFINITY;
  /** From then on it is known how long each unit has run. */
  #wasStopped = false;
  /** A unit that ran too long once: a machine that stood still is no fault of a record, so it is tried again. */
  #suspect: string | undefined;
  /** A unit ran too long twice: from now on, once is enough. */
  #isProven = false;

  constructor(code: UserCode | undefined) {
    this.#code = code;
    this.#limitMs = code?.limits.stepMs ?? Number.POSITIVE_INFINITY;
  }

  /** Repeats `work`, which reads its log again, until none of its steps is stopped. */
  async untilDone<T>(work: () => Promise<T>): Promise<T> {
    try {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof Stopped)) throw error;
          await this.#code?.take(this);
        }
      }
    } finally {
      this.#code?.release(this);
    }
  }

  /**
   * One step, within the work that is repeated.
   *
   * @throws Stopped make it again on the log as it is stored
   */
  run<T>(from: StepPlace, records: readonly SourceRecord[], bounds: CommitBounds, step: GuardedStep<T>): T {
    if (this.#code === undefined) return step(records, bounds, undefined);
    if (this.#code.isTakenFrom(this)) throw new Stopped(`step of ${from.logId} has to wait`);
    const { guard, limits } = this.#code;
    const place = `${from.logId}@${from.version}`;
    if (this.#plan?.place !== place) this.#plan = planFor(place, guard.nowMs());
    const plan = this.#plan;
    const taken = wholeOffsets(records, Math.min(plan.records, this.#maxRecords));
    const watch = new Watch({
      refusals: { units: plan.refused, rest: plan.rest },
      unitMs: limits.unitMs,
      timedEvery: this.#wasStopped ? 1 : TIMED_EVERY,
      nowMs: guard.nowMs,
    });
    const limitMs = plan.limitMs ?? this.#limitMs;
    const within = { rows: bounds.rows, timers: Math.min(bounds.timers, plan.timers) };
    const work = () => step(taken, within, watch);
    // No part of it could be left out, and no unit was seen to run too long: the function's own end is the limit.
    if (limitMs === Number.POSITIVE_INFINITY) return work();
    const outcome = guard.run(work, limitMs);
    if (outcome.kind === 'done') return outcome.value;
    void this.#code.take(this);
    this.#wasStopped = true;
    const overdue = watch.overdue(nameOf(taken, watch.index));
    if (overdue === undefined) this.#takeLess(plan, taken, watch);
    else this.#blame(plan, taken, watch, overdue);
    throw new Stopped(`step of ${place} was stopped`);
  }

  /** As `UserCode.whole`. @throws USER_CODE_TIMEOUT (internal) */
  whole<T>(what: string, work: () => T): T {
    return this.#code === undefined ? work() : this.#code.whole(what, work);
  }

  #blame(plan: Plan, records: readonly SourceRecord[], { index, firedBefore }: Watch, unit: OverdueUnit): void {
    const { guard, limits } = this.#code as UserCode;
    if (!this.#isProven && this.#suspect !== unit.name) {
      this.#suspect = unit.name;
      if (isBehind(records, index)) plan.records = firstOf(records, index);
      return;
    }
    this.#isProven = true;
    this.#limitMs = Math.min(limits.stepMs, limits.unitMs * CAREFUL_UNITS);
    plan.refused.add(unit.number);
    plan.records = index + 1;
    if (unit.kind === 'firing') plan.timers = firedBefore + 1;
    // An offset or an instant is committed whole: were each of its units tried, a function might never come to its end.
    if (guard.nowMs() - plan.startedMs >= limits.longMs) plan.rest = unit;
  }

  #takeLess(plan: Plan, records: readonly SourceRecord[], { index, firedBefore }: Watch): void {
    const { limits } = this.#code as UserCode;
    const limitMs = plan.limitMs ?? this.#limitMs;
    if (isBehind(records, index)) {
      this.#maxRecords = firstOf(records, index);
    } else if (firedBefore > 0) {
      plan.timers = firedBefore;
    } else if (limitMs * GROWTH <= limits.longMs) {
      plan.limitMs = limitMs * GROWTH;
    } else {
      plan.limitMs = Number.POSITIVE_INFINITY;
    }
  }
}

function planFor(place: string, startedMs: number): Plan {
  const all = Number.POSITIVE_INFINITY;
  return { place, startedMs, refused: new Set(), rest: undefined, records: all, timers: all, limitMs: undefined };
}

/** There are records of another offset in front of it, which can be committed without it. */
function isBehind(records: readonly SourceRecord[], index: number): boolean {
  return index > 0 && records[index]?.offset !== records[0]?.offset;
}

/** The same in every step that comes to the record. */
function nameOf(records: readonly SourceRecord[], index: number): string {
  const record = records[index];
  return record === undefined ? '' : `${record.offset}/${index - firstOf(records, index)}`;
}

/** The place of the first record that shares its offset. */
function firstOf(records: readonly SourceRecord[], index: number): number {
  return records.findIndex(({ offset }) => offset === records[index]?.offset);
}
