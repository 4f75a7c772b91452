/** Bugs that show when slots of the log table are deleted while the result table keeps its rows. */
import type { Mutant } from './mutants.ts';

const LOG = 'engine/partition-log';

export const LOST_SLOTS: readonly Mutant[] = [
  {
    name: 'snapshots without a log are taken for a new log',
    rule: 'PL-2',
    edits: [
      {
        file: `${LOG}/open-log.ts`,
        find: '(await settings.blobs.list(snapshotPrefix(logId))).length === 0',
        replace: '(await settings.blobs.list(snapshotPrefix(logId))).length >= 0',
      },
    ],
  },
  {
    name: 'a slot that is gone is taken for a commit that came through',
    rule: 'PL-2, PL-5',
    edits: [
      {
        file: `${LOG}/commit.ts`,
        find: 'outcome.found?.commitId === entry.commitId',
        replace: 'outcome.found === undefined || outcome.found.commitId === entry.commitId',
      },
    ],
  },
  {
    name: 'a log that is begun anew has the epoch of its parents',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/state/inherit-state.ts',
        find: 'Math.max(epochMs, ...states.map((state) => state.epochMs)),',
        replace: 'states.length === 0 ? epochMs : Math.max(...states.map((state) => state.epochMs)),',
      },
    ],
  },
  {
    name: 'a log has the epoch of its source',
    rule: 'PL-17',
    edits: [
      {
        file: `${LOG}/epoch.ts`,
        find: 'return CREATION_TIME.test(incarnation) ? Math.max(nowMs, Number(incarnation)) : nowMs;',
        replace:
          'return Number(incarnation) > 0 && CREATION_TIME.test(`000${incarnation}`) ? Number(incarnation) : nowMs;',
      },
    ],
  },
];
