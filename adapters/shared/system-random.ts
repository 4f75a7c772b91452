import { randomBytes } from 'node:crypto';
import type { Random } from '../../engine/ports.ts';

/** The machine's randomness. */
export const SYSTEM_RANDOM: Random = Object.freeze({
  id: () => randomBytes(12).toString('base64url'),
  unit: () => Math.random(),
});
