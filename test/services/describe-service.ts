import { describe } from '@jest/globals';
import { WHY_SKIPPED } from './why-skipped.ts';

/** `describe` for tests that need a Java program; on a machine without Java they are shown as skipped, with the reason. */
export function describeService(name: string, tests: () => void): void {
  const reason = process.env[WHY_SKIPPED];
  if (reason === undefined) describe(name, tests);
  else describe.skip(`${name}: ${reason}`, tests);
}
