import { planOf, type Worlds } from './plan.ts';
import { simulate } from './simulate.ts';

/**
 * The fewest faults with which this seed still fails: halves, quarters … are left out as long as it does.
 *
 * @see A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002
 */
export async function shrink(
  seed: number,
  faults: readonly string[],
  worlds: Worlds = 'all',
): Promise<readonly string[]> {
  const fails = async (kept: readonly string[]) =>
    (await simulate(seed, new Set(kept), planOf(seed, worlds))).failure !== undefined;
  let kept = faults;
  if (await fails([])) return [];
  for (let parts = 2; parts <= kept.length;) {
    const size = Math.ceil(kept.length / parts);
    let smaller: readonly string[] | undefined;
    for (let start = 0; start < kept.length && smaller === undefined; start += size) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await fails(without)) smaller = without;
    }
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(2, parts - 1);
    } else if (parts === kept.length) break;
    else parts = Math.min(kept.length, parts * 2);
  }
  return kept;
}
