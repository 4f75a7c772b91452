/** Bugs in moves of time that go over several commits. */
import type { Mutant } from './mutants.ts';

const OPEN = 'engine/partition-log/open-log.ts';
const RUN = 'engine/run.ts';
const STEP = 'engine/step.ts';
const RUNNING = 'engine/running-operator.ts';
const BATCH = 'engine/process-batch.ts';
const CLOCKS = 'engine/time/timer-clocks.ts';

export const PENDING_MOVES: readonly Mutant[] = [
  {
    name: 'a pending move is lost on reload',
    rule: 'PL-7, PL-12',
    edits: [
      { file: OPEN, find: '...progressOf(entry), tables', replace: '...progressOf(entry), pending: undefined, tables' },
    ],
  },
  {
    name: 'a record is taken in the middle of a move',
    rule: 'PL-12',
    edits: [
      {
        file: STEP,
        find: 'if (!goesOn || (run.isFull && !isPlaceOfLast)) break;',
        replace: 'if (i > 0 && (!goesOn || (run.isFull && !isPlaceOfLast))) break;',
      },
    ],
  },
  {
    name: 'a record does not wait for what its arrival makes due',
    rule: 'PL-12',
    edits: [
      {
        file: STEP,
        find: 'if (!run.advanceProcessing(record.arrivalTimeMs, isPlaceOfLast)) break;',
        replace: 'run.advanceProcessing(record.arrivalTimeMs);',
      },
    ],
  },
  {
    name: 'a move of processing time leaves places of an offset behind',
    rule: 'PL-13',
    edits: [{ file: STEP, find: ', isPlaceOfLast)) break;', replace: ')) break;' }],
    foundBy: {
      file: 'test/engine/pending-moves.test.ts',
      test: 'of processing time leaves no place of an offset behind: one that is refused has made room for it, and a function that dies then loses none',
    },
  },
  {
    name: 'a batch succeeds in the middle of a move',
    rule: 'PL-12, PL-16',
    edits: [{ file: BATCH, find: ' || log.state.pending !== undefined) {', replace: ') {' }],
  },
  {
    name: 'a tick leaves a pending move as it is',
    rule: 'PL-20',
    edits: [
      {
        file: STEP,
        find: 'if (state.pending === undefined && !isDue) return undefined;',
        replace: 'if (state.pending !== undefined || !isDue) return undefined;',
      },
    ],
  },
  {
    name: 'a shard is sealed in the middle of a move',
    rule: 'PL-22, PL-24',
    edits: [
      {
        file: 'engine/finish-moves.ts',
        find: 'while (log.state.pending !== undefined) {',
        replace: 'while (log.state.pending !== log.state.pending) {',
      },
    ],
    foundBy: {
      file: 'test/engine/pending-moves.test.ts',
      test: 'is finished before its shard is sealed: the child begins where all has fired',
    },
  },
  {
    name: 'a pending move has fired all that is due',
    rule: 'PL-12',
    edits: [
      {
        file: RUN,
        find: 'this.pending = { domain, fromMs, operator: operator.id, firedMs };',
        replace:
          "this.pending = { domain, fromMs, operator: operator.id, firedMs: domain === 'event' ? this.watermarkMs : this.processingTimeMs };",
      },
    ],
  },
  {
    name: 'a pending move has fired nothing',
    rule: 'PL-12',
    edits: [
      {
        file: RUN,
        find: 'this.pending = { domain, fromMs, operator: operator.id, firedMs };',
        replace: 'this.pending = { domain, fromMs, operator: operator.id, firedMs: Math.min(fromMs, firedMs) };',
      },
    ],
  },
  {
    name: 'a move is cut within an instant',
    rule: 'PL-12',
    edits: [{ file: RUNNING, find: 'if (timeMs <= this.#firedMs[domain]) return false;', replace: '' }],
  },
  {
    name: 'floors go while what they hold is due',
    rule: 'PL-25',
    edits: [
      {
        file: STEP,
        find: 'pending === undefined ? remainingFloors(state.floors, watermarkMs) : state.floors',
        replace: 'remainingFloors(state.floors, watermarkMs)',
      },
    ],
  },
  {
    name: 'timers of a pending move are built as if it were done',
    rule: 'PL-7',
    edits: [
      {
        file: CLOCKS,
        find: 'firedMs: i === turn ? pending.firedMs : fromMs, targetMs',
        replace: 'firedMs: targetMs, targetMs',
      },
    ],
  },
];
