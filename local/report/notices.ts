import { deadLettersText, isMostlyDead, type FrequentReason } from './dead-letters.ts';
import { grouped } from './progress.ts';
import { imbalances, type Summary } from './summary.ts';

/** What is wrong with a run; it ends with 1 then. */
export function problemsOf(summary: Summary, failing: FrequentReason | undefined): string[] {
  const unbalanced = imbalances(summary).map((problem) => `THE COUNTS DO NOT ADD UP: ${problem}`);
  return isMostlyDead(summary) ? [...unbalanced, deadLettersText(summary, failing)] : unbalanced;
}

/**
 * What a reader of the report must know to not take it for something else.
 *
 * @param others rows that another definition of the pipeline has left
 */
export function remarksOn({ recordsIn, newRecordsIn, accounts }: Summary, others: number): string[] {
  const remarks: string[] = [];
  if (recordsIn === 0) remarks.push('nothing was read: there are no records yet; pass --input, or send some');
  else if (newRecordsIn === 0)
    remarks.push(
      'nothing new was read: this is what earlier runs have left; pass --input or send more, or start over with --fresh',
    );
  const silent = accounts.flatMap(({ source, in: came }) => (source !== undefined && came === 0 ? [source] : []));
  if (recordsIn > 0 && silent.length > 0)
    remarks.push(
      `${silent.join(' and ')} ${silent.length === 1 ? 'has' : 'have'} no record yet, and all windows wait for that: send some with --source ${silent[0]}`,
    );
  if (others > 0)
    remarks.push(
      `${grouped(others)} ${others === 1 ? 'result is' : 'results are'} of another definition of the pipeline and not shown; tidemark results shows them, --fresh forgets them`,
    );
  return remarks;
}
