import { ASSUMED } from './assumptions.ts';
import { estimate, type FlinkEstimate } from './estimate.ts';
import type { CostInput } from './traffic.ts';

/** Where Managed Flink gets cheaper as the load grows, all else the same [events/s]. */
export interface Crossover {
  /** What a KPU is taken to get through: all depends on it [events/s]. */
  readonly eventsPerKpu: number;
  /** The smallest load at which it is; null: at none that was looked at. */
  readonly first: number | null;
  /** From here on it always is. Between the two, whole KPUs and shards decide. */
  readonly always: number | null;
  /** Loads that were looked at. */
  readonly from: number;
  readonly to: number;
}

const FROM = 0.1;
const TO = 1_000_000;
/** Each load looked at is so much larger than the one before. */
const STEP = 1.02;

/** The load that is asked about as a Managed Flink application, and where Flink gets cheaper. */
export interface AgainstFlink {
  readonly flink: FlinkEstimate;
  readonly crossover: Crossover;
}

/** At the rate of a KPU that the user gives, or else at both that are assumed. */
export function againstFlink(input: CostInput): readonly AgainstFlink[] {
  const { flinkEventsPerKpu } = input;
  const rates = flinkEventsPerKpu === undefined ? ASSUMED.flinkRates : [flinkEventsPerKpu];
  return rates.map((rate) => {
    const atRate = { ...input, flinkEventsPerKpu: rate };
    return { flink: estimate(atRate).flink, crossover: crossover(atRate) };
  });
}

export function crossover(input: CostInput): Crossover {
  const loads = loadsToLookAt();
  const cheaper = loads.map((load) => flinkIsCheaper(input, load));
  const first = cheaper.indexOf(true);
  const lastNot = cheaper.lastIndexOf(false);
  return {
    eventsPerKpu: input.flinkEventsPerKpu ?? ASSUMED.flinkEventsPerKpu,
    first: first === -1 ? null : boundary(input, loads[first - 1] ?? FROM, loads[first] ?? TO),
    always: lastNot === loads.length - 1 ? null : boundary(input, loads[lastNot] ?? FROM, loads[lastNot + 1] ?? TO),
    from: FROM,
    to: TO,
  };
}

function loadsToLookAt(): number[] {
  const loads: number[] = [];
  for (let load = FROM; load < TO; load *= STEP) loads.push(load);
  return [...loads, TO];
}

/** The change between a load where Flink is not cheaper and one where it is, to one event a second or a thousandth. */
function boundary(input: CostInput, below: number, above: number): number {
  while (above - below > Math.max(1e-3 * above, above > 1_000 ? 1 : 0)) {
    const middle = (below + above) / 2;
    if (flinkIsCheaper(input, middle)) above = middle;
    else below = middle;
  }
  return above;
}

function flinkIsCheaper(input: CostInput, eventsPerSecond: number): boolean {
  const { totalUsd, flink } = estimate({ ...input, eventsPerSecond });
  return flink.totalUsd < totalUsd;
}
