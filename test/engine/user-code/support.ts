import { VM_GUARD } from '../../../adapters/vm/guard.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Guard } from '../../../engine/ports.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { UserCode } from '../../../engine/user-code/user-code.ts';
import { record, type Reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** As small as a busy machine allows: honest records of these tests take microseconds. */
export const LIMITS = Object.freeze({ unitMs: 60, stepMs: 180, longMs: 1_500 });

export const userCode = (): UserCode => new UserCode(VM_GUARD, LIMITS);

/** An instance that is cut off at its so many-th stop, as a function is whose time is over. */
export function cutOffAfter(stops: number): UserCode {
  let left = stops;
  const guard: Guard = {
    nowMs: () => VM_GUARD.nowMs(),
    run: (work, timeoutMs) => {
      if (left === 0) throw new Error('the time of the function is over');
      const outcome = VM_GUARD.run(work, timeoutMs);
      if (outcome.kind === 'stopped') left--;
      return outcome;
    },
  };
  return new UserCode(guard, LIMITS);
}

/** Honest work that takes a while. */
export function busyFor(durationMs: number): true {
  for (const endMs = performance.now() + durationMs; performance.now() < endMs;);
  return true;
}

export const forever = (): never => {
  for (;;);
};

/** A fresh world whose instances stop what does not end. */
export const guardedWorld = (topology: Topology, code = userCode()): World => new World({ topology, userCode: code });

/** A text of 37 letters on which `/^(a+)+$/` takes minutes; every other text ends at once. */
export const BAD = `${'a'.repeat(36)}!`;
export const explodes = (text: string): boolean => /^(a+)+$/.test(text);

/** A reading that says what makes user code loop: the value decides, as it would with a producer's field. */
export interface Note extends Reading {
  readonly text: string;
}

type Changes = Partial<SourceRecord>;

export function note(offset: number, key: string, timeMs: number, text = 'fine', changes: Changes = {}): SourceRecord {
  return record(offset, JSON.stringify({ key, timeMs, value: 1, text }), { partitionKey: key, ...changes });
}
