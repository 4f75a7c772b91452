import type { BenchResult } from './report.ts';
import type { Figure } from './rounds.ts';
import { row, tableOf } from './table.ts';

interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly figure: Figure;
}

/** What is aimed at, beside what is measured. */
export function goalsText({ throughput, exchange }: Pick<BenchResult, 'throughput' | 'exchange'>): string {
  const goals: readonly Goal[] = [
    { what: 'engine / bare, flights', goal: 'at least 0.8', figure: throughput.ratio },
    {
      what: 'a record that crosses an exchange / one that stays',
      goal: 'at most 1.6',
      figure: exchange.crossing.ratio,
    },
  ];
  const table = tableOf(['', 'goal', 'median', 'rounds']);
  for (const { what, goal, figure } of goals) {
    const [, median, rounds] = row('', figure, (value) => value.toFixed(3));
    table.push([what, goal, median, rounds]);
  }
  return ['Goals', table.toString()].join('\n');
}
