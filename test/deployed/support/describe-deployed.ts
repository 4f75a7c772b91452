import { describe } from '@jest/globals';
import { WHY_SKIPPED } from './why-skipped.ts';

/** `describe` for tests that need an emulator; on a machine that can have none they are shown as skipped, with the reason. */
export function describeDeployed(name: string, tests: () => void): void {
  const reason = process.env[WHY_SKIPPED];
  if (reason === undefined) describe(name, tests);
  else describe.skip(`${name}: ${reason}`, tests);
}
