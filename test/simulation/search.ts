import { planOf, type Worlds } from './plan.ts';
import { simulate } from './simulate.ts';

/** What many worlds came to. */
export interface Totals {
  seeds: number;
  batches: number;
  commits: number;
  faults: number;
  simulatedMs: number;
  /** By name: in how many worlds it was, and how often in all. */
  readonly contents: Record<string, { worlds: number; times: number }>;
  readonly failures: Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly failure: string;
}

export const noTotals = (): Totals => ({
  seeds: 0,
  batches: 0,
  commits: 0,
  faults: 0,
  simulatedMs: 0,
  contents: {},
  failures: [],
});

/** The worlds `from` to `from + count - 1`. */
export interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly worlds: Worlds;
}

export async function searchSeeds({ from, count, worlds }: Stretch): Promise<Totals> {
  const totals = noTotals();
  for (let seed = from; seed < from + count; seed++) {
    const { failure, batches, commits, faults, contents, simulatedMs } = await simulate(
      seed,
      undefined,
      planOf(seed, worlds),
    );
    addTotals(totals, {
      seeds: 1,
      batches,
      commits,
      faults: faults.length,
      simulatedMs,
      contents: Object.fromEntries(
        Object.entries(contents).map(([name, times]) => [name, { worlds: times > 0 ? 1 : 0, times }]),
      ),
      failures: failure === undefined ? [] : [{ seed, failure }],
    });
  }
  return totals;
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  totals.batches += more.batches;
  totals.commits += more.commits;
  totals.faults += more.faults;
  totals.simulatedMs += more.simulatedMs;
  totals.failures.push(...more.failures);
  for (const [name, { worlds, times }] of Object.entries(more.contents)) {
    const known = (totals.contents[name] ??= { worlds: 0, times: 0 });
    known.worlds += worlds;
    known.times += times;
  }
}
