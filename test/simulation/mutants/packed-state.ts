import type { Mutant } from './mutants.ts';

const ENTRIES = 'engine/state/packed/packed-entries.ts';
const FREEZE = 'engine/state/packed/freeze.ts';
const RUN = 'engine/state/packed/run.ts';
const CHAIN = 'engine/partition-log/snapshot-chain.ts';
const CHAIN_TEST = 'test/engine/partition-log/snapshot-chain.test.ts';
const GROUPS = 'engine/partition-log/packed-groups.ts';
const UNNEEDED = 'engine/partition-log/unneeded-objects.ts';
const WRITER = 'engine/partition-log/snapshot-writer.ts';
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
        find: 'this.#merged.copy(segment, place, segment.size);',
        replace: 'this.#merged.copy(segment, place, place);',
      },
    ],
  },
  {
    name: 'a snapshot that was written over several commits counts as one of the last',
    rule: 'PL-8',
    edits: [
      {
        file: SNAPSHOTS,
        find: 'return this.#finish(writer, objects);',
        replace: 'return { ...this.#finish(writer, objects), snapshotVersion: head.version };',
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
  {
    name: 'a snapshot that stands on others knows nothing of deleted keys',
    rule: 'PL-8',
    edits: [{ file: FREEZE, find: "if (this.extent === 'change') this.#deleted.add(key, NOTHING);", replace: '' }],
    foundBy: {
      file: 'test/engine/state/packed/packed-entries.test.ts',
      test: 'are those of a map that was changed alike, whatever is frozen, merged and loaded meanwhile',
    },
  },
  {
    name: 'of two snapshots that stand on each other, the older one has the last word',
    rule: 'PL-8',
    edits: [{ file: RUN, find: 'changes.toReversed().flatMap(', replace: 'changes.flatMap(' }],
    foundBy: {
      file: 'test/engine/state/packed/run.test.ts',
      test: 'are the entries of a map that was changed alike, in the order of segments, each once',
    },
  },
  {
    name: 'a group that the snapshot before does not have is stored as a change of it',
    rule: 'PL-8',
    edits: [{ file: WRITER, find: "entries.isIn(last) ? 'change'", replace: "last !== '' ? 'change'" }],
    foundBy: {
      file: CHAIN_TEST,
      test: 'is read as the state that it was taken of, whatever groups and keys have come and gone',
    },
  },
  {
    name: 'a group that was dropped comes back with what it was before',
    rule: 'PL-8',
    edits: [{ file: GROUPS, find: 'isWhole = found.packed.isChange !== true;', replace: 'isWhole = i === 0;' }],
    foundBy: {
      file: CHAIN_TEST,
      test: 'is read as the state that it was taken of, whatever groups and keys have come and gone',
    },
  },
  {
    name: 'what a snapshot stands on is cleaned up as if no log pointed to it',
    rule: 'PL-8',
    edits: [{ file: UNNEEDED, find: '&& !isStoodOn(versionOfKey(one.key))', replace: '' }],
    foundBy: {
      file: CHAIN_TEST,
      test: 'is found by every log table that can be restored, and by those that are restored again',
    },
  },
  {
    name: 'what snapshots of the next page stand on is cleaned up',
    rule: 'PL-8',
    edits: [{ file: UNNEEDED, find: 'if (snapshots.length >= OLDEST_PAGE)', replace: 'if (slots < 0)' }],
    foundBy: {
      file: 'test/engine/partition-log/unneeded-objects.test.ts',
      test: 'are none on which snapshots of the next page may stand',
    },
  },
  {
    name: 'snapshots stand on each other without end',
    rule: 'PL-8',
    edits: [{ file: CHAIN, find: 'keys.length < MOST_IN_CHAIN &&', replace: '' }],
    foundBy: { file: CHAIN_TEST, test: 'is whole once too many would stand on each other' },
  },
];
