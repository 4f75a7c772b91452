/**
 * Programs of Apache Flink's own tests of its SQL, each as a small pipeline: half of the rows, a stop, all of them once
 * more, the other half. The whole output is compared.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultRow } from '../../../engine/outputs.ts';
import { PipelineTest } from '../../../testing/index.ts';
import { differencesOf } from '../rows.ts';
import { judged, skipped, type CaseReport } from '../scoreboard.ts';
import { PROGRAMS, type Program } from './programs.ts';
import { changeText, rowOf, type Row } from './rows-of-flink.ts';

const DIALECT =
  'a window fires a millisecond before its end, so a bound of 1 s is 999 ms; late rows, which Flink drops, are late records; NULL as a key is the text (null)';

interface Given {
  readonly id: string;
  readonly needs: readonly string[];
  readonly sources: ReadonlyArray<{
    readonly name: string;
    readonly schema: readonly string[];
    readonly before: ReadonlyArray<readonly unknown[]>;
    readonly after: ReadonlyArray<readonly unknown[]>;
  }>;
  readonly sinks: ReadonlyArray<{
    readonly before: ReadonlyArray<string | readonly unknown[]>;
    readonly after: ReadonlyArray<string | readonly unknown[]>;
  }>;
}

export async function flinkReports(folder: string): Promise<CaseReport[]> {
  const { cases } = JSON.parse(readFileSync(join(folder, 'flink', 'programs.json'), 'utf8')) as {
    readonly cases: readonly Given[];
  };
  const reports: CaseReport[] = [];
  for (const given of cases) {
    const program = PROGRAMS.get(given.id);
    reports.push(
      program === undefined
        ? skipped('flink', given.id, DIALECT, `${given.needs.join(', ')}: not there yet`)
        : await reportOf(given, program),
    );
  }
  return reports;
}

async function reportOf({ id, sources, sinks }: Given, program: Program): Promise<CaseReport> {
  const expected = sinks.flatMap(({ before, after }) => [...before, ...after]).map(changeText);
  const test = new PipelineTest(program.pipeline(), { startMs: program.startMs });
  for (const part of ['before', 'after'] as const) {
    for (const source of sources)
      await test.putTo(
        source.name,
        source[part].map((row) => rowOf(source.schema, row)),
      );
    test.restart();
    for (const { name } of sources) await test.repeat(name);
  }
  await test.finish();
  const rows = (test.results as unknown as readonly ResultRow[]).flatMap(program.rowsOf).map(changeText);
  const asRow = (text: string): Row => ({ text });
  const differences = differencesOf(rows.map(asRow), expected.map(asRow));
  const dead = test.deadLetters.map(({ reason }) => `dead letter: ${reason}`);
  return judged({
    source: 'flink',
    name: id,
    dialect: DIALECT,
    compared: expected.length,
    leftOut: [],
    differences: [...differences, ...dead],
  });
}
