/** Programs of Apache Flink's own tests of its SQL, each as a small pipeline. The whole output is compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judged, skipped, type CaseReport } from '../scoreboard.ts';
import { PROGRAMS, type Program } from './programs.ts';
import { differencesOfRun, expectedOf, type Given } from './run.ts';

const DIALECT =
  'a window fires a millisecond before its end, so a bound of 1 s is 999 ms; late rows, which Flink drops, are late records; NULL as a key is the text (null)';

export function flinkPrograms(folder: string): readonly Given[] {
  return (
    JSON.parse(readFileSync(join(folder, 'flink', 'programs.json'), 'utf8')) as { readonly cases: readonly Given[] }
  ).cases;
}

export async function flinkReports(folder: string): Promise<CaseReport[]> {
  const reports: CaseReport[] = [];
  for (const given of flinkPrograms(folder)) {
    const program = PROGRAMS.get(given.id);
    reports.push(
      program === undefined
        ? skipped('flink', given.id, DIALECT, `${given.needs.join(', ')}: not there yet`)
        : await reportOf(given, program),
    );
  }
  return reports;
}

async function reportOf(given: Given, { pipeline, ...program }: Program): Promise<CaseReport> {
  return judged({
    source: 'flink',
    name: given.id,
    dialect: DIALECT,
    compared: expectedOf(given).length,
    leftOut: [],
    differences: await differencesOfRun(given, { ...program, pipeline: pipeline() }),
  });
}
