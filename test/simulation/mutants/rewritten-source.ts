import type { Mutant } from './mutants.ts';

const CHECK = 'engine/require-unchanged.ts';
const DIGEST = 'engine/record-digest.ts';
const BATCH = 'engine/process-batch.ts';
const TEST = 'test/engine/rewritten-source.test.ts';
const ASK = 'await processor.shards.confirm(partition, log.state.reached, log.state.reachedDigest);';
const LOOK_BACK = 'requireUnchanged(partition, log.state, records[replayed - 1]);';

/** Planted bugs about sources that were cut back and have grown again. */
export const REWRITTEN_SOURCE: readonly Mutant[] = [
  {
    name: 'a rewritten record passes for a replay',
    rule: 'PL-11, PL-13',
    edits: [
      {
        file: CHECK,
        find: 'digestOf(found) === reachedDigest) return;',
        replace: 'reachedDigest >= 0) return;',
      },
    ],
  },
  {
    name: 'the digest leaves the data out',
    rule: 'PL-11',
    edits: [
      {
        file: DIGEST,
        find: '${hash53(data)}',
        replace: '${hash53(data.subarray(0, 0))}',
      },
    ],
  },
  {
    name: 'the digest takes the time in',
    rule: 'PL-13',
    edits: [
      { file: DIGEST, find: '({ offset, subSequence,', replace: '({ arrivalTimeMs = 0, offset, subSequence,' },
      { file: DIGEST, find: 'const text = `', replace: 'const text = `${arrivalTimeMs} ' },
    ],
  },
  {
    name: 'the digest is of the first record of a commit',
    rule: 'PL-13',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'const last = records[taken - 1];',
        replace: 'const last = taken === 0 ? undefined : records[0];',
      },
    ],
  },
  {
    name: 'the digest is lost on reload',
    rule: 'PL-7, PL-11',
    edits: [
      {
        file: 'engine/partition-log/open-log.ts',
        find: '...progressOf(entry), tables',
        replace: '...progressOf(entry), reachedDigest: undefined, tables',
      },
    ],
  },
  {
    name: 'a batch that begins behind a rewritten record is taken',
    rule: 'PL-11',
    edits: [
      {
        file: 'engine/require-continuous.ts',
        find: 'reached, first, reachedDigest);',
        replace: 'reached, first, reachedDigest && undefined);',
      },
    ],
  },
  {
    name: 'a batch alone tells whether its source was rewritten',
    rule: 'PL-11',
    edits: [
      {
        file: BATCH,
        find: ASK,
        replace: 'await processor.shards.confirm(partition, log.state.reached);',
      },
    ],
  },
  {
    name: 'the source alone tells whether it was rewritten',
    rule: 'PL-11',
    edits: [
      {
        file: BATCH,
        find: LOOK_BACK,
        replace: '',
      },
    ],
    foundBy: { file: TEST, test: 'halts its partition with the first batch' },
  },
  {
    name: 'a tick moves time over a rewritten record',
    rule: 'PL-11, PL-19',
    edits: [
      {
        file: 'engine/tick/partition-time.ts',
        find: 'shards.remaining(partition, reached, reachedDigest);',
        replace: 'shards.remaining(partition, reached, reachedDigest && undefined);',
      },
    ],
    foundBy: { file: TEST, test: 'moves no time' },
  },
];
