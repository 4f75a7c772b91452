/** One program of Flink's tests: half of the rows, a stop, all of them once more, the other half. */
import type { Pipeline } from '../../../engine/index.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import { PipelineTest } from '../../../testing/index.ts';
import { differencesOf } from '../rows.ts';
import { changeText, rowOf } from './rows-of-flink.ts';

export interface Given {
  readonly id: string;
  readonly needs: readonly string[];
  readonly sources: ReadonlyArray<{
    readonly name: string;
    readonly schema: readonly string[];
    readonly before: ReadonlyArray<readonly unknown[]>;
    readonly after: ReadonlyArray<readonly unknown[]>;
  }>;
  readonly sinks: ReadonlyArray<{
    readonly name: string;
    readonly schema: readonly string[];
    readonly before: ReadonlyArray<string | readonly unknown[]>;
    readonly after: ReadonlyArray<string | readonly unknown[]>;
  }>;
  readonly sql: readonly string[];
}

export interface Running {
  readonly pipeline: Pipeline;
  /** What the clock shows: behind all rows [ms since 1970]. */
  readonly startMs: number;
  readonly rowsOf: (result: ResultRow) => ReadonlyArray<readonly unknown[]>;
}

export const expectedOf = ({ sinks }: Given): string[] =>
  sinks.flatMap(({ before, after }) => [...before, ...after]).map(changeText);

/** What differs from the rows of the sinks, and every dead letter. */
export async function differencesOfRun(given: Given, { pipeline, startMs, rowsOf }: Running): Promise<string[]> {
  const test = new PipelineTest(pipeline, { startMs });
  for (const part of ['before', 'after'] as const) {
    for (const source of given.sources)
      await test.putTo(
        source.name,
        source[part].map((row) => rowOf(source.schema, row)),
      );
    test.restart();
    for (const { name } of given.sources) await test.repeat(name);
  }
  await test.finish();
  const rows = (test.results as unknown as readonly ResultRow[]).flatMap(rowsOf).map(changeText);
  const asRow = (text: string) => ({ text });
  return [
    ...differencesOf(rows.map(asRow), expectedOf(given).map(asRow)),
    ...test.deadLetters.map(({ reason }) => `dead letter: ${reason}`),
  ];
}
