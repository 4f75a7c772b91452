import type { Mutant } from './mutants.ts';

const RULES = 'engine/join/interval.ts';
const OPERATOR = 'engine/join/join-operator.ts';

const one = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/regressions/joins.test.ts', test });

/** What goes wrong without the rules of a join by time. */
export const JOIN: readonly Mutant[] = [
  {
    name: 'a row of a join is late by the watermark of its receiver',
    rule: 'PL-44',
    edits: [{ file: OPERATOR, find: 'this.#context.lateFrom(key)', replace: 'this.#context.watermarkOf(key)' }],
    foundBy: {
      file: 'test/engine/join/join-oracle.test.ts',
      test: 'gives what every left row against every right one gives',
    },
  },
  {
    name: 'a row of a join at its watermark is late',
    rule: 'PL-44',
    edits: [
      {
        file: RULES,
        find: 'return timeMs + allowedLatenessMs < watermarkMs;',
        replace: 'return timeMs + allowedLatenessMs <= watermarkMs;',
      },
    ],
    foundBy: one('R-57 a row at its watermark is in time'),
  },
  {
    name: 'a row leaves a join while its last partner may still come',
    rule: 'PL-44',
    edits: [
      {
        file: RULES,
        find: 'return partnerTimes(bounds, side, timeMs).toMs + bounds.allowedLatenessMs + 1;',
        replace: 'return partnerTimes(bounds, side, timeMs).toMs + 1;',
      },
    ],
    foundBy: one('R-51 a left row out of order'),
  },
  {
    name: 'a row that had a partner comes out alone besides',
    rule: 'PL-44',
    edits: [
      {
        file: OPERATOR,
        find: 'if (!row.isMatched) this.#leaveAlone(',
        replace: 'this.#leaveAlone(',
      },
    ],
    foundBy: one('R-53 a row that has had a partner never comes out alone'),
  },
  {
    name: 'rows without a key are partners',
    rule: 'PL-44',
    edits: [
      {
        file: OPERATOR,
        find: 'const hasKey = !isNullKey(keyFields[side], value);',
        replace: 'const hasKey = true; void isNullKey; void keyFields;',
      },
    ],
    foundBy: { file: 'test/engine/join/join.test.ts', test: 'has no partner, and comes out at once' },
  },
  {
    name: 'what comes out of a join is held back by no more than the width of its bounds',
    rule: 'PL-44',
    edits: [
      {
        file: RULES,
        find: 'return Math.max(allowedLatenessMs, ...waits.filter(isWaiting).map(waitOf));',
        replace: 'return waits.some(isWaiting) ? bounds.upperMs - bounds.lowerMs + allowedLatenessMs : waitOf("left");',
      },
    ],
    foundBy: one('R-58 what comes out behind the watermark is in time'),
  },
];
