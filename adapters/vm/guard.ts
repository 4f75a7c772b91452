import { createContext, Script } from 'node:vm';
import type { Guard } from '../../engine/ports.ts';

/** The work is a function of the caller, with the caller's classes: only the call of it is in this context. */
const context = createContext({ work: undefined }) as { work: (() => void) | undefined };
const script = new Script('work()');

/** Stops whatever runs on this thread, regular expressions among it. About half a millisecond a call. */
export const VM_GUARD: Guard = Object.freeze({
  nowMs: () => performance.now(),
  run: <T>(work: () => T, timeoutMs: number) => {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    context.work = () => {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    };
    try {
      script.runInContext(context, { timeout: Math.ceil(timeoutMs) });
    } catch (error) {
      // What is stopped runs no catch of its own, so the error is not one of the work.
      if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    } finally {
      context.work = undefined;
    }
    const ended = outcome as { readonly value: T } | { readonly error: unknown } | undefined;
    if (ended === undefined) return { kind: 'stopped' } as const;
    if ('error' in ended) throw ended.error;
    return { kind: 'done', value: ended.value } as const;
  },
});
