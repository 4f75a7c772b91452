import type { Topology } from '../../../engine/topology.ts';
import { alignedWindows } from '../pipelines/aligned-windows.ts';
import { sessions } from '../pipelines/sessions.ts';
import type { Reading, SimulatedPipeline } from '../pipelines/simulated-pipeline.ts';
import type { PlanSizes } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { START_MS } from './times.ts';

/** What a reading becomes before it goes through an exchange. */
export interface Rows {
  /** So many keys there are behind it. */
  readonly places: number;
  /** Some readings give two rows, some none. */
  readonly isUneven: boolean;
}

/** An exchange as it is drawn. */
export interface Exchanged extends Rows {
  /** Behind it. */
  readonly pipeline: SimulatedPipeline;
  readonly receivers: number;
  /** The source declares its partition key; else its records say nothing of where they are. */
  readonly isKeyed: boolean;
  /** Rings of one receiver within so long are one call. */
  readonly paceMs: number;
  /** undefined: no receiver stands still for longer than the others. */
  readonly broken: Broken | undefined;
}

/** One receiver gets no further for a while. */
export interface Broken {
  /** Each call of it fails, or no request to its log gets through, whoever sends it. */
  readonly what: 'calls' | 'log';
  readonly receiver: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** An exchange in a world: the plan's own topology sends to it. */
export interface PlannedExchange extends Exchanged {
  readonly receiving: Topology;
}

/** Behind an exchange there is only what does not depend on which sender came first. */
const BEHIND: readonly SimulatedPipeline[] = [alignedWindows, alignedWindows, sessions];

/** @param isCertain every world has one */
export function drawExchange(random: SeededRandom, isCertain: boolean): Exchanged | undefined {
  const isDrawn = random.chance(SHARE);
  if (!isDrawn && !isCertain) return undefined;
  const receivers = random.between(1, 4);
  const isBroken = random.chance(0.2);
  const fromMs = START_MS + random.between(0, 60_000);
  const broken: Broken = {
    what: random.pick(['calls', 'log']),
    receiver: random.between(0, receivers - 1),
    fromMs,
    untilMs: fromMs + random.pick([60_000, 600_000, 3_600_000]),
  };
  return {
    pipeline: random.pick(BEHIND),
    receivers,
    isKeyed: random.chance(0.5),
    places: random.pick([1, 3, 10]),
    isUneven: random.chance(0.5),
    paceMs: random.pick([20, 1_000]),
    broken: isBroken ? broken : undefined,
  };
}

/** Of all worlds. */
const SHARE = 0.2;

/** What no doorbell says a tick does, so there is one; windows behind an exchange do not overlap. */
export function sizesWith({ pipeline, broken }: Exchanged, sizes: PlanSizes, random: SeededRandom): PlanSizes {
  const isLong = broken !== undefined && broken.untilMs - broken.fromMs > 600_000;
  const tickEveryMs = random.pick([3_000, 20_000, 60_000]);
  return {
    ...sizes,
    earlyMs: random.pick([0, 0, 2_000, 30_000]),
    tickEveryMs: isLong ? Math.max(20_000, tickEveryMs) : tickEveryMs,
    advanceMs: pipeline === alignedWindows ? sizes.sizeMs : sizes.advanceMs,
  };
}

export interface PlacedReading extends Reading {
  readonly place: string;
}

/** The pipeline's own code, which the reference calls too. */
export function rowsOf(reading: Reading, { places, isUneven }: Rows): PlacedReading[] {
  const placed = (value: number) => ({ ...reading, place: `p${((value % places) + places) % places}` });
  if (!isUneven || reading.value % 5 !== 0) return [placed(reading.value)];
  return reading.value % 10 === 0 ? [] : [placed(reading.value), placed(reading.value + 1)];
}
