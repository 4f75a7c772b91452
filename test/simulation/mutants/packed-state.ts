import type { Mutant } from './mutants.ts';

const ENTRIES = 'engine/state/packed/packed-entries.ts';
const FREEZE = 'engine/state/packed/freeze.ts';
const SNAPSHOTS = 'engine/partition-log/snapshots.ts';

/** What goes wrong where large groups are packed, and their snapshots are written over several commits. */
export const PACKED_STATE: readonly Mutant[] = [
  {
    name: 'entries that are on their way into segments are not seen',
    rule: 'PL-8',
    edits: [
      { file: ENTRIES, find: 'this.#frozen?.has(key) === true ? this.#frozen', replace: 'key === null ? this.#frozen' },
    ],
  },
  {
    name: 'an entry that was read lately hides what it has become since',
    rule: 'PL-6',
    edits: [{ file: ENTRIES, find: 'this.#read.delete(key);', replace: '' }],
    foundBy: {
      file: 'test/engine/state/packed/packed-entries.test.ts',
      test: 'are found as they have become since they were read',
    },
  },
  {
    name: 'an entry that changed stays in its segment beside the new one',
    rule: 'PL-8',
    edits: [{ file: FREEZE, find: '=== 0 ? at + 1 : at;', replace: '=== 0 ? at : at;' }],
  },
  {
    name: 'entries behind the last change of a segment are left out',
    rule: 'PL-8',
    edits: [
      {
        file: FREEZE,
        find: 'this.#copy(segment, place, segment.size);',
        replace: 'this.#copy(segment, place, place);',
      },
    ],
  },
  {
    name: 'a snapshot that was written over several commits counts as one of the last',
    rule: 'PL-8',
    edits: [
      {
        file: SNAPSHOTS,
        find: 'return this.#put(writer);',
        replace: 'return { ...(await this.#put(writer)), snapshotVersion: head.version };',
      },
    ],
  },
  {
    name: 'a snapshot takes as many commits as it likes',
    rule: 'PL-3',
    edits: [
      {
        file: SNAPSHOTS,
        find: 'Math.ceil(writer.remaining / commitsUntilLate(versionsSince, slots))',
        replace: 'Math.min(1, commitsUntilLate(versionsSince, slots))',
      },
    ],
    foundBy: {
      file: 'test/engine/partition-log/packed-snapshots.test.ts',
      test: 'are whole before they fill the ring, however little a commit writes of them',
    },
  },
];
