/** A figure from several rounds. */
export interface Figure {
  readonly median: number;
  /** Smallest and largest of the rounds. */
  readonly least: number;
  readonly most: number;
}

export function figureOf(rounds: readonly number[]): Figure {
  const sorted = [...rounds].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
  return { median, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

export const mapFigure = (rounds: readonly number[], f: (value: number) => number): Figure => figureOf(rounds.map(f));

/** Of the same rounds: what slows one slows the other. */
export const ratioOf = (rounds: readonly number[], reference: readonly number[]): Figure =>
  figureOf(rounds.map((value, round) => value / (reference[round] ?? Number.NaN)));

/** How long it takes [ms]. */
export async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** How long processors work on it, in all threads of this process [ms]. */
export async function processorTimed(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/**
 * Times several variants in turn, so that whatever the machine does meets all of them; every other round in reverse, as
 * the second profits from the first. The first round warms up and is left out.
 *
 * @returns per variant the time of each round [ms]
 */
export async function interleave<N extends string>(
  rounds: number,
  variants: Readonly<Record<N, () => unknown>>,
): Promise<Record<N, number[]>> {
  const names = Object.keys(variants) as N[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<N, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const ms = await timed(variants[name]);
      if (round > 0) times[name].push(ms);
    }
  }
  return times;
}
