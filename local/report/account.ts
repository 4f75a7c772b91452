import { looksLikeSeconds, unitHint } from '../../engine/time/unit-hint.ts';
import { grouped, moment } from './progress.ts';
import { whatCame, type Summary } from './summary.ts';

/** The counts that must add up, and what else is worth knowing; what is wrong stands below them. */
export function account(summary: Summary, problems: readonly string[] = []): string {
  const { lossesAccepted, results, firings, openWindows, commits, writeUnits, watermarkMs, elapsedMs } = summary;
  const sign = problems.length === 0 ? '✓' : '✗';
  return [
    ...sums(summary).map((line, i) => `${i === 0 ? sign : ' '} ${line}`),
    `  ${grouped(results)} results in ${grouped(firings)} firings · ${grouped(openWindows)} windows still open at watermark ${moment(watermarkMs ?? undefined)}`,
    `  ${grouped(commits)} commits · ${grouped(writeUnits)} write units · ${(elapsedMs / 1_000).toFixed(1)} s`,
    ...(lossesAccepted === 0
      ? []
      : [`  losses accepted ${grouped(lossesAccepted)}: the records that were left out are in no count`]),
    ...(watermarkMs !== null && looksLikeSeconds(watermarkMs)
      ? [`EVENT TIMES LOOK LIKE SECONDS: read as ms they are in 1970; ${unitHint(watermarkMs)}`]
      : []),
    ...problems,
  ].join('\n');
}

/** One account of each source, and one more behind each exchange: records that became rows, and rows that became results, or rows again. */
function sums({ accounts }: Summary): string[] {
  return accounts.map((one, i) => {
    const { in: came, counted, late, deadLetters } = one;
    const isLast = i === accounts.length - 1;
    const parts = [
      `${isLast ? 'counted' : 'passed on'} ${grouped(counted)}`,
      ...(isLast || late > 0 ? [`late ${grouped(late)}`] : []),
      `dead letters ${grouped(deadLetters)}`,
    ];
    return `${whatCame(one)} ${grouped(came)} = ${parts.join(' + ')}`;
  });
}

/** What the suggested commands are about. */
export interface Next {
  /** As the user named it. */
  readonly pipeline: string;
  /** A key that has results. */
  readonly key: string | undefined;
  /** How much of the embedded input to take next; undefined when all has been taken, or the input was another. */
  readonly records: number | undefined;
  /** Whether it has outputs beside the results. */
  readonly hasOutputs: boolean;
  readonly hasDeadLetters: boolean;
  /** The flag that names the data dir; empty for the default one. */
  readonly dataDir: string;
  /** The flag that names one of several sources; empty where there is one. */
  readonly source: string;
  /** The flag that names the brokers; empty for a pipeline without a topic. */
  readonly kafka: string;
}

/** What to try next. */
export function suggestions({
  pipeline,
  key,
  records,
  hasOutputs,
  hasDeadLetters,
  dataDir,
  source,
  kafka,
}: Next): string {
  const more =
    records === undefined
      ? `send ${pipeline} FILE.ndjson${source}${kafka}${dataDir}`
      : `local ${pipeline} --records ${records} --exit${kafka}${dataDir}    # goes on from here, even after kill -9`;
  return [
    'next:',
    `  npx tidemark results ${pipeline}${key === undefined ? '' : ` --key ${shellWord(key)}`}${dataDir}`,
    `  npx tidemark ${hasDeadLetters ? 'dead-letters' : hasOutputs ? 'outputs' : 'late'} ${pipeline}${dataDir}`,
    `  npx tidemark ${more}`,
  ].join('\n');
}

/** A word that a shell takes as it is. */
export function shellWord(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
