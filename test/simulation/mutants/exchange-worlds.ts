/** Bugs that show only in worlds whose exchange gets another definition, source or table in the middle. */
import type { Mutant } from './mutants.ts';

export const EXCHANGE_WORLDS: readonly Mutant[] = [
  {
    name: 'a receiver that has ended takes what is behind its end for lost',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/lost-entries.ts',
        find: 'if (head.sealedFor.length > 0) return false;',
        replace: 'if (head.sealedFor.length > 99) return false;',
      },
    ],
    foundBy: {
      file: 'test/engine/exchange/slow-readers.test.ts',
      test: 'is behind when other receivers have taken over from it since, and gone on',
    },
  },
  {
    name: 'receivers of another number begin once one before them has ended',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/receive.ts',
        find: 'if (waiting !== undefined) return waiting;',
        replace: 'if (parents.length === 0) return waiting;',
      },
    ],
    worlds: 'exchange',
  },
  {
    name: 'a definition goes on with state of a receiver that it cannot read',
    rule: 'PL-30, PL-40',
    edits: [
      {
        file: 'engine/partition-log/state-schema.ts',
        find: 'if (before === undefined || differences.length > 0) {',
        replace: "if (before === undefined || (differences.length > 0 && !this.#logId.includes('/1/by-'))) {",
      },
    ],
    worlds: 'exchange',
  },
];
