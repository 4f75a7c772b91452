import type { BenchResult } from './report.ts';
import type { Figure } from './rounds.ts';
import type { RecordKind } from './other-records.ts';
import { row, tableOf, whole } from './table.ts';

interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly figure: Figure;
}

/** engine / bare. */
const OTHER_RECORDS: Readonly<Record<RecordKind, number>> = {
  '500 bytes': 0.6,
  '900 bytes': 0.5,
  'any zod schema': 0.4,
};

/** By keys of a shard, per 1,000 events; results are left out. */
export const WRITE_UNITS: Readonly<Record<number, number>> = { 1_000: 9.7, 10_000: 9.6, 100_000: 9.6 };

/** A count: the same in every round. */
const exactly = (count: number): Figure => ({ median: count, least: count, most: count });

/** What is aimed at, beside what is measured. */
export function goalsText({
  throughput,
  otherRecords,
  openWindows,
  imports,
  exchange,
  writeUnits,
}: Pick<BenchResult, 'throughput' | 'otherRecords' | 'openWindows' | 'imports' | 'exchange' | 'writeUnits'>): string {
  const goals: readonly Goal[] = [
    { what: 'engine / bare, flights', goal: 'at least 0.8', figure: throughput.ratio },
    ...otherRecords.kinds.map(({ kind, ratio }) => ({
      what: `engine / bare, ${kind}`,
      goal: `at least ${OTHER_RECORDS[kind]}`,
      figure: ratio,
    })),
    {
      what: `a record with ${whole(openWindows.windows)} open windows / with one`,
      goal: 'below 1.5',
      figure: openWindows.growth,
    },
    {
      what: 'a record that crosses an exchange / one that stays',
      goal: 'at most 1.6',
      figure: exchange.crossing.ratio,
    },
    ...writeUnits.flatMap(({ keys, log, objects }) => {
      const goal = WRITE_UNITS[keys];
      const what = `write units of state per 1,000 events, ${whole(keys)} keys`;
      return goal === undefined ? [] : [{ what, goal: `at most ${goal.toFixed(1)}`, figure: exactly(log + objects) }];
    }),
    { what: 'import of a function of a stream, ms', goal: 'at most 60', figure: imports.kinesis },
    { what: 'import of a function of a topic, ms', goal: 'at most 200', figure: imports.kafka },
    { what: 'import of a function of receivers, ms', goal: 'at most 60', figure: imports.receive },
  ];
  const table = tableOf(['', 'goal', 'median', 'rounds']);
  for (const { what, goal, figure } of goals) {
    const [, median, rounds] = row('', figure, (value) => value.toFixed(3));
    table.push([what, goal, median, rounds]);
  }
  return ['Goals', table.toString()].join('\n');
}
