import { grouped, moment } from './progress.ts';
import { imbalances, type Summary } from './summary.ts';

/** The counts that must add up, and what else is worth knowing. */
export function account(summary: Summary): string {
  const { recordsIn, counted, late, deadLetters, results, firings, openWindows, commits, writeUnits, watermarkMs, elapsedMs } = summary;
  const problems = imbalances(summary);
  const sign = problems.length === 0 ? '✓' : '✗';
  return [
    `${sign} in ${grouped(recordsIn)} = counted ${grouped(counted)} + late ${grouped(late)} + dead letters ${grouped(deadLetters)}`,
    `  ${grouped(results)} results in ${grouped(firings)} firings · ${grouped(openWindows)} windows still open at watermark ${moment(watermarkMs ?? undefined)}`,
    `  ${grouped(commits)} commits · ${grouped(writeUnits)} write units · ${(elapsedMs / 1_000).toFixed(1)} s`,
    ...problems.map((problem) => `THE COUNTS DO NOT ADD UP: ${problem}`),
  ].join('\n');
}

/** What to try next. */
export function suggestions(pipeline: string, key: string | undefined): string {
  return [
    'next:',
    `  npx tidemark results ${pipeline}${key === undefined ? '' : ` --key ${key}`}`,
    `  npx tidemark late ${pipeline}`,
    `  npx tidemark local ${pipeline} --records 200000 --exit    # goes on from here, even after kill -9`,
  ].join('\n');
}
