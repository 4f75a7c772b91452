import type { Mutant } from './mutants.ts';

const found = (file: string, test: string): NonNullable<Mutant['foundBy']> => ({ file: `test/${file}`, test });

/** What goes wrong where rings of a pace are one call. */
export const PACE: readonly Mutant[] = [
  {
    name: 'the queue delays a ring by less than its id lasts, so the last commit calls no receiver',
    rule: 'PL-38',
    edits: [
      {
        file: 'engine/exchange/pace.ts',
        find: 'return paceMs === 0 ? 0 : paceMs - PACE_TOLERANCE_MS;',
        replace: 'return paceMs === 0 ? 0 : paceMs + 5 * PACE_TOLERANCE_MS;',
      },
    ],
    foundBy: found('engine/exchange/pace.test.ts', 'is called after each commit that rings for it'),
    worlds: 'exchange',
  },
  {
    name: 'the id of a ring lasts as long as the delay of the queue, whatever clocks say',
    rule: 'PL-38',
    edits: [
      {
        file: 'engine/exchange/pace.ts',
        find: 'return paceMs === 0 ? 0 : paceMs - PACE_TOLERANCE_MS;',
        replace: 'return paceMs === 0 ? 0 : paceMs - 0 * PACE_TOLERANCE_MS;',
      },
    ],
    foundBy: found('engine/exchange/pace.test.ts', 'is called after each commit that rings for it'),
  },
  {
    name: 'functions do not know the pace of the exchange that they ring',
    rule: 'PL-38',
    edits: [
      {
        file: 'lambdas/doorbell.ts',
        find: '?.paceMs ?? 0;',
        replace: '?.paceMs === 0 ? 0 : 0;',
      },
    ],
    foundBy: found('lambdas/doorbell.test.ts', 'has the pace that the definition gives its exchange'),
  },
];
