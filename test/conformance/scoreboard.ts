/** What a run of the conformance cases says: one line per case, with every reason spelled out. */
import Table from 'cli-table3';

export type Verdict = 'passed' | 'failed' | 'skipped';

export interface CaseReport {
  /** Who wrote the case, e.g. `beam`. */
  readonly source: string;
  readonly name: string;
  /** What the source means by the words that systems differ in, and what it is in Tidemark. */
  readonly dialect: string;
  readonly verdict: Verdict;
  /** How many facts were compared: rows of a golden file, attributes of a transcript. */
  readonly compared: number;
  /** How often, each time with other shards, batches, receivers and failures; else in this one way. */
  readonly lives?: number;
  /** What is not compared, and why; the reason of a case that is skipped. */
  readonly leftOut: readonly string[];
  /** What differs. */
  readonly differences: readonly string[];
}

export type Counts = Readonly<Record<Verdict, number>>;

export function countsOf(reports: readonly CaseReport[]): Counts {
  const count = (wanted: Verdict) => reports.filter(({ verdict }) => verdict === wanted).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** The verdict follows from what was found; nothing compared is no success. */
export function judged(given: Omit<CaseReport, 'verdict'>): CaseReport {
  if (given.compared === 0 && given.differences.length === 0)
    return { ...given, verdict: 'failed', differences: ['nothing was compared'] };
  return { ...given, verdict: given.differences.length === 0 ? 'passed' : 'failed' };
}

export function skipped(source: string, name: string, dialect: string, reason: string): CaseReport {
  return { source, name, dialect, verdict: 'skipped', compared: 0, leftOut: [reason], differences: [] };
}

export function shown(reports: readonly CaseReport[]): string {
  const table = new Table({
    head: ['source', 'case', 'verdict', 'compared', 'lives'],
    colAligns: ['left', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { source, name, verdict, compared, lives = '' } of reports)
    table.push([source, name, verdict, compared.toLocaleString('en-US'), lives]);
  const dialects = [...new Map(reports.map(({ source, dialect }) => [`${source}: ${dialect}`, undefined])).keys()];
  const notes = reports.flatMap(({ source, name, verdict, leftOut, differences }) => [
    ...differences.map((text) => `FAILED ${source} ${name}: ${text}`),
    ...leftOut.map((text) => `${verdict === 'skipped' ? 'skipped' : 'not compared'} ${source} ${name}: ${text}`),
  ]);
  const { passed, failed, skipped: left } = countsOf(reports);
  return [
    table.toString(),
    '',
    ...notes,
    '',
    'dialects',
    ...dialects.map((line) => `  ${line}`),
    '',
    `${passed} passed, ${failed} failed, ${left} skipped`,
    '',
  ].join('\n');
}
