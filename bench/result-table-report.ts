import { GOALS_US, type ResultTableCost } from './result-table.ts';
import { row, tableOf, whole } from './table.ts';

export function resultTableText({ rows, kinds }: ResultTableCost): string {
  const table = tableOf(['row', 'µs, 25 a call', 'rounds', 'µs, one by one', 'rounds', 'times', 'rounds']);
  for (const { kind, batched, oneByOne, ratio } of kinds) {
    const [, cost, costs] = row('', batched, (value) => value.toFixed(1));
    const [, single, singles] = row('', oneByOne, (value) => value.toFixed(0));
    const [, times, all] = row('', ratio, (value) => value.toFixed(1));
    table.push([kind, cost, costs, single, singles, times, all]);
  }
  const [goal, beyond] = GOALS_US;
  return [
    `Result table: processor time of the function per row, deliveries of ${whole(rows)} rows; the goal is ${goal} µs, beyond it ${beyond} µs, where no put follows`,
    table.toString(),
  ].join('\n');
}
