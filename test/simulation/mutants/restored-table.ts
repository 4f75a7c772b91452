/** Bugs that show when the log table is restored to an earlier moment. */
import type { Mutant } from './mutants.ts';

const SNAPSHOTS = 'engine/partition-log/snapshots.ts';
const LOG = 'engine/partition-log/partition-log.ts';

export const RESTORED_TABLE: readonly Mutant[] = [
  {
    name: 'clean-up knows of no restored table',
    rule: 'PL-8',
    edits: [
      {
        file: SNAPSHOTS,
        find: 'clock.nowMs() - recoveryMs, slots)',
        replace: 'clock.nowMs() - 0 * recoveryMs, slots)',
      },
    ],
    foundBy: {
      file: 'test/engine/partition-log/repeated-recovery.test.ts',
      test: 'is read at any moment of the recovery period',
    },
  },
  {
    name: 'a snapshot counts as superseded by those of the line that was given up',
    rule: 'PL-8',
    edits: [{ file: SNAPSHOTS, find: 'recoveryMs === 0 || this', replace: 'recoveryMs >= 0 || this' }],
    foundBy: {
      file: 'test/engine/partition-log/repeated-recovery.test.ts',
      test: 'is read at any moment of the recovery period',
    },
  },
  {
    name: 'the first batch of a log that is opened is believed to go on',
    rule: 'PL-13',
    edits: [
      { file: LOG, find: 'if (this.version === 0) return true;', replace: 'if (this.#followedMs < 0) return true;' },
    ],
  },
];
