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

/** How often each variant runs: the rounds that count, and before them those that warm up. */
export interface Rounds {
  readonly rounds: number;
  /** @default 1 */
  readonly warmUp?: number | undefined;
}

/**
 * Runs several variants in turn, so that whatever the machine does meets all of them; every other round in reverse, as
 * the second profits from the first. The first rounds warm up and are left out.
 *
 * @param variants each runs once and says what it took [ms]
 * @returns per variant what each round took [ms]
 */
export async function measureInTurn<N extends string>(
  { rounds, warmUp = 1 }: Rounds,
  variants: Readonly<Record<N, () => Promise<number>>>,
): Promise<Record<N, number[]>> {
  const names = Object.keys(variants) as N[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<N, number[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const ms = await variants[name]();
      if (round >= warmUp) times[name].push(ms);
    }
  }
  return times;
}

/** Times several variants in turn. @returns per variant the time of each round [ms] */
export function interleave<N extends string>(
  rounds: number,
  variants: Readonly<Record<N, () => unknown>>,
): Promise<Record<N, number[]>> {
  const measured = Object.entries<() => unknown>(variants).map(([name, work]) => [name, () => timed(work)]);
  return measureInTurn({ rounds }, Object.fromEntries(measured) as Record<N, () => Promise<number>>);
}
