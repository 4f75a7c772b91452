import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../engine/ports.ts';

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = Object.freeze({
  nowMs: () => Date.now(),
  sleep: async (durationMs: number) => {
    await wait(durationMs);
  },
});
