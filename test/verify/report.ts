import Table from 'cli-table3';
import type { Comparison } from './compare.ts';

/**
 * What was compared, what differs, and a verdict.
 *
 * @param of for example `100000 flights on 4 shards`
 */
export function report(comparisons: readonly Comparison[], of: string): string {
  const table = new Table({
    head: ['what', 'compared', 'differences'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { what, compared, differences } of comparisons)
    table.push([what, compared.toLocaleString('en-US'), differences.toLocaleString('en-US')]);
  const details = comparisons.flatMap(({ what, first }) =>
    first.length === 0 ? [] : [`${what}:`, ...first.map((line) => `  ${line}`)],
  );
  const equal = comparisons.every(({ differences }) => differences === 0);
  return [table.toString(), ...details, equal ? `equal, for ${of}` : 'not equal', ''].join('\n');
}

/** For who waits. */
export function note(text: string): void {
  process.stderr.write(`verify: ${text}\n`);
}
