/** Bugs in what becomes of results that a sink will never take. */
import type { Mutant } from './mutants.ts';

const OUTBOX = 'engine/outbox.ts';
const WITHHOLD = 'engine/withhold.ts';
const LOG = 'engine/partition-log/partition-log.ts';

export const REFUSED_ROWS: readonly Mutant[] = [
  {
    name: 'withheld rows are delivered again',
    rule: 'PL-16',
    edits: [{ file: WITHHOLD, find: 'return places.size === 0 ? outbox', replace: 'return places.size >= 0 ? outbox' }],
  },
  {
    name: 'other rows are withheld than those refused',
    rule: 'PL-16',
    edits: [{ file: WITHHOLD, find: 'rows.has(row) ? [place] : []', replace: 'rows.has(row) ? [place + 1] : []' }],
  },
  {
    name: 'rows that a sink refuses are left out without a word',
    rule: 'PL-15, PL-16',
    edits: [
      {
        file: OUTBOX,
        find: 'if (refusing.length > 0) writeUnits += await withhold(log, current, refusing);',
        replace: 'void withhold; void current;',
      },
    ],
  },
  {
    name: 'withheld rows leave no dead letter',
    rule: 'PL-15',
    edits: [
      {
        file: LOG,
        find: 'outbox: { ...EMPTY_OUTBOX, deadLetters } }, { withholds: rows });',
        replace:
          'outbox: deadLetters.length < 0 ? { ...EMPTY_OUTBOX, deadLetters } : EMPTY_OUTBOX }, { withholds: rows });',
      },
    ],
  },
  {
    name: 'rows stay withheld until their version is delivered, but in memory only',
    rule: 'PL-7, PL-16',
    edits: [
      {
        file: LOG,
        find: '.filter((one) => one.version > this.#publishedVersion),',
        replace: '.filter((one) => one.version > version),',
      },
    ],
  },
  {
    name: 'a refusal of some rows counts as a failure of the sink',
    rule: 'PL-16',
    edits: [{ file: OUTBOX, find: 'if (!(error instanceof RowsRefused)) throw error;', replace: 'throw error;' }],
  },
  {
    name: 'a batch is committed whose results no sink can take',
    rule: 'PL-16',
    edits: [{ file: OUTBOX, find: 'for (const sink of sinks) await sink.open?.();', replace: '' }],
    foundBy: {
      file: 'test/adapters/dynamodb/result-table-keys.test.ts',
      test: 'is refused before anything is committed, though no result is due',
    },
  },
];
