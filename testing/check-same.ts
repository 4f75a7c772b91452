import { isDeepStrictEqual } from 'node:util';
import type { Pipeline } from '../engine/dsl/pipeline-of.ts';
import { requireSetting, TidemarkError } from '../engine/errors.ts';
import { PipelineTest, type TestOptions } from './pipeline-test.ts';
import { Disturbance } from './disturbance.ts';

/** How often, and from which numbers on, the same is tried. */
export interface SameOptions extends TestOptions {
  /** Disturbed runs, at least 1. @default 20 */
  readonly runs?: number;
  /** Of the first run; each further run has the next one. @default 1 */
  readonly seed?: number;
}

/**
 * Whether a pipeline gives the same results whatever happens to it: `arrange` is run once undisturbed, and then again and
 * again with batches cut anywhere, batches that come twice, functions that are killed and shards that are split in between.
 *
 * @param arrange puts the records, and waits until each is taken; the same ones in each run
 * @throws RESULTS_DIFFER (invalid) with the seed of the run · what `arrange` throws
 */
export async function checkSame<Result>(
  pipeline: Pipeline<unknown, Result>,
  arrange: (test: PipelineTest<Result>) => Promise<void>,
  { runs = 20, seed = 1, ...options }: SameOptions = {},
): Promise<void> {
  const isCount = Number.isInteger(runs) && runs >= 1;
  requireSetting('runs', runs, isCount, 'a whole number of at least 1', 'name how many runs to compare');
  const startMs = options.startMs ?? Date.now();
  const outcomeOf = async (disturbance?: Disturbance) => {
    const test = new PipelineTest(pipeline, { ...options, startMs }, disturbance);
    await arrange(test);
    await test.finish();
    return saidBy(test);
  };
  const calm = await outcomeOf();
  for (let run = seed; run < seed + runs; run++) {
    const disturbed = await outcomeOf(new Disturbance(run));
    for (const [what, rows] of Object.entries(calm))
      if (!isDeepStrictEqual(disturbed[what as keyof typeof calm], rows)) throw differs(pipeline, what, run);
  }
}

/** What may not depend on how the records come: at which revision a result is may. */
function saidBy(test: PipelineTest) {
  const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  return {
    results: sorted(test.results.map(({ revision: _, ...result }) => result)),
    'late records': sorted(test.lateRecords.map(({ watermarkMs: _, ...record }) => record)),
    'dead letters': sorted(test.deadLetters),
    'side outputs': sorted(test.sideOutputs),
  };
}

function differs({ topology }: Pick<Pipeline, 'topology'>, what: string, seed: number): TidemarkError {
  const text = `${what} of ${topology.name} must be the same however its records come, got others with seed ${seed}; run it alone with { seed: ${seed}, runs: 1 }`;
  return new TidemarkError('invalid', 'RESULTS_DIFFER', text);
}
