/** Bugs that show when an exchange gets another number of receivers. */
import type { Mutant } from './mutants.ts';

const found = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/generations.test.ts',
  test,
});
const GO_ON = found('go on with what the others had counted, and with no row twice');

export const GENERATIONS: readonly Mutant[] = [
  {
    name: 'receivers do not stop at the first entry of the next generation',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/read-senders.ts',
        find: '(sent?.generation ?? 0) > exchange.generation);',
        replace: '(sent?.generation ?? 0) > exchange.generation + 99);',
      },
    ],
    foundBy: found('go on behind a sender without records, by a tick alone'),
  },
  {
    name: 'receivers are sealed when one of their senders has gone on',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/receive.ts',
        find: 'read.every(({ isAtCut }) => isAtCut)',
        replace: 'read.some(({ isAtCut }) => isAtCut)',
      },
    ],
    foundBy: found('wait for a sender that has not gone on; a tick has it go on'),
  },
  {
    name: 'a tick leaves idle senders at the generation before',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/process-tick.ts',
        find: 'if (log.isOfOlderGeneration) {',
        replace: 'if (log.isOfOlderGeneration && log.isSealed) {',
      },
    ],
    foundBy: found('go on behind a sender without records, by a tick alone'),
  },
  {
    name: 'new code does not run the receivers before its own',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/receive.ts',
        find: 'const { isDrained } = await receiveAs({ ...call, exchange: before, next: exchange }, parent);',
        replace: 'const isDrained = before.receivers > 0;',
      },
    ],
    foundBy: GO_ON,
  },
  {
    name: 'rows that were made for another number of receivers are left out',
    rule: 'PL-39',
    edits: [
      {
        file: 'engine/exchange/rows.ts',
        find: 'const parts = madeFor === receivers ?',
        replace: 'if (madeFor !== receivers) return []; const parts = madeFor === receivers ?',
      },
    ],
    foundBy: found('take rows that old code has written behind the cut'),
  },
  {
    name: 'a sender does not ask the receivers before those of today',
    rule: 'PL-31, PL-39',
    edits: [
      {
        file: 'engine/exchange/consumed.ts',
        find: 'if (before === undefined) return 0;',
        replace: 'if (before === undefined) return 0; if (wanted > 0) return wanted;',
      },
    ],
    foundBy: found('let no sender overwrite what those before them have not taken'),
  },
];
