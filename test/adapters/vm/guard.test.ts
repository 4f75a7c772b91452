import { describe, expect, it } from '@jest/globals';
import { VM_GUARD } from '../../../adapters/vm/guard.ts';
import { TidemarkError } from '../../../engine/errors.ts';

const forever = (): never => {
  for (;;);
};
const LIMIT_MS = 50;

describe('guarded work', () => {
  it('returns what the work returns, undefined too', () => {
    expect(VM_GUARD.run(() => 5, LIMIT_MS)).toEqual({ kind: 'done', value: 5 });
    expect(VM_GUARD.run(() => undefined, LIMIT_MS)).toEqual({ kind: 'done', value: undefined });
  });

  it('throws what the work throws, of the class that it is', () => {
    const error = new TidemarkError('data', 'EMPTY', 'record must have a body, got 0 bytes; send one JSON object');
    expect(() =>
      VM_GUARD.run(() => {
        throw error;
      }, LIMIT_MS),
    ).toThrow(error);
  });

  it('throws an error of the work that looks as if the work had been stopped', () => {
    const error = Object.assign(new Error('timed out'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
    expect(() =>
      VM_GUARD.run(() => {
        throw error;
      }, LIMIT_MS),
    ).toThrow(error);
  });

  it('stops a loop', () => {
    expect(VM_GUARD.run(forever, LIMIT_MS)).toEqual({ kind: 'stopped' });
  });

  it('stops a regular expression', () => {
    expect(VM_GUARD.run(() => /^(a+)+$/.test(`${'a'.repeat(40)}!`), LIMIT_MS)).toEqual({ kind: 'stopped' });
  });

  it('stops work that catches everything, and runs none of its catch and finally blocks', () => {
    const seen: string[] = [];
    const stubborn = (): void => {
      try {
        forever();
      } catch {
        seen.push('catch');
      } finally {
        seen.push('finally');
      }
    };
    expect(VM_GUARD.run(stubborn, LIMIT_MS)).toEqual({ kind: 'stopped' });
    expect(seen).toEqual([]);
  });

  it('goes on after a stop', () => {
    VM_GUARD.run(forever, LIMIT_MS);
    expect(VM_GUARD.run(() => [1, 2].map((n) => n + 1), LIMIT_MS)).toEqual({ kind: 'done', value: [2, 3] });
  });

  it('runs the work with the classes of its caller', () => {
    expect(
      VM_GUARD.run(() => [] instanceof Array && new Map() instanceof Map && globalThis.process === process, LIMIT_MS),
    ).toEqual({ kind: 'done', value: true });
  });
});
