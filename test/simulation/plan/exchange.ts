import { receiverLogs } from '../../../engine/exchange/receivers.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import type { Topology } from '../../../engine/topology.ts';
import { alignedWindows } from '../pipelines/aligned-windows.ts';
import { sessions } from '../pipelines/sessions.ts';
import type { PlainFinal, Reading, SimulatedPipeline } from '../pipelines/simulated-pipeline.ts';
import type { Plan, PlanSizes } from '../plan.ts';
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
  /** What changes keys: the first key of records, that of the results behind it too, or that of results only. */
  readonly shape: 'one' | 'two' | 'results';
  /** Behind the first key. */
  readonly pipeline: SimulatedPipeline;
  /** Of each exchange. */
  readonly receivers: readonly number[];
  /** The source declares its partition key; else its records say nothing of where they are. */
  readonly isKeyed: boolean;
  /** Rings of one receiver within so long are one call; 0: each is by itself. */
  readonly paceMs: number;
  /** undefined: no receiver stands still for longer than the others. */
  readonly broken: Broken | undefined;
}

/** Numbers of receivers of each exchange, from the first to those of today. */
export type Generations = ReadonlyArray<readonly [number, ...number[]]>;

/** One receiver gets no further for a while. */
export interface Broken {
  /** Each call of it fails, or no request to its log gets through, whoever sends it. */
  readonly what: 'calls' | 'log';
  /** Its place among those of all exchanges. */
  readonly receiver: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Exchanges in a world: the plan's own topology sends to the first. */
export interface PlannedExchange extends Exchanged {
  /** Behind each of them. */
  readonly receiving: readonly Topology[];
}

export interface Receiver {
  readonly exchange: Exchange;
  readonly receiver: number;
  readonly logId: string;
}

/** Of all exchanges, in their order. */
export function receiversIn({ receiving }: Pick<PlannedExchange, 'receiving'>): Receiver[] {
  return receiving.flatMap(({ name, receivesFrom }) => receiversOf(name, receivesFrom as Exchange));
}

function receiversOf(pipeline: string, exchange: Exchange): Receiver[] {
  return receiverLogs(pipeline, exchange).map((logId, receiver) => ({ exchange, receiver, logId }));
}

/** One of those that there ever are. */
export interface EverReceiver extends Receiver {
  /** Of its exchange among all. */
  readonly place: number;
  /** Logs of those whose keys it takes over, in part or whole; empty: it is one of the first. */
  readonly before: readonly string[];
  /** Others take over from it, before which it ends. */
  readonly isFollowed: boolean;
}

/** Those of all generations too, the last ones first. */
export function receiversEver(plan: Pick<Plan, 'exchange' | 'redeploy'>): EverReceiver[] {
  return lastReceiving(plan).flatMap(({ name, receivesFrom }, place) => {
    const newest = receivesFrom as Exchange;
    const ever: EverReceiver[] = [];
    for (let exchange: Exchange | undefined = newest; exchange !== undefined; exchange = exchange.before) {
      const earlier = exchange.before === undefined ? [] : receiversOf(name, exchange.before);
      for (const one of receiversOf(name, exchange)) {
        const before = earlier.filter((other) => haveKeysInCommon(one, other)).map(({ logId }) => logId);
        ever.push({ ...one, place, before, isFollowed: exchange !== newest });
      }
    }
    return ever;
  });
}

/** Each has as large a part of the hashes as the others of its generation. */
function haveKeysInCommon(one: Receiver, other: Receiver): boolean {
  const [its, theirs] = [one.exchange.receivers, other.exchange.receivers];
  return one.receiver * theirs < (other.receiver + 1) * its && other.receiver * its < (one.receiver + 1) * theirs;
}

/** Behind each exchange, by the definition that stays; none where there is no exchange. */
export function lastReceiving({ exchange, redeploy }: Pick<Plan, 'exchange' | 'redeploy'>): readonly Topology[] {
  if (exchange === undefined) return [];
  return redeploy?.isCompatible === true && redeploy.receivers ? redeploy.receivers.receiving : exchange.receiving;
}

/** Records go through it, or only what windows by their first key have made of them. */
export function placesKeys<E extends Pick<Exchanged, 'shape'>>(exchange: E | undefined): exchange is E {
  return exchange !== undefined && exchange.shape !== 'results';
}

/** Behind an exchange there is only what does not depend on which sender came first. */
const BEHIND: readonly SimulatedPipeline[] = [alignedWindows, alignedWindows, sessions];

/** @param isCertain every world has one */
export function drawExchange(random: SeededRandom, isCertain: boolean): Exchanged | undefined {
  const isDrawn = random.chance(SHARE);
  if (!isDrawn && !isCertain) return undefined;
  const shape = random.pick(['one', 'one', 'two', 'results'] as const);
  const receivers = Array.from({ length: shape === 'two' ? 2 : 1 }, () => random.between(1, 4));
  const isBroken = random.chance(0.2);
  const fromMs = START_MS + random.between(0, 60_000);
  const broken: Broken = {
    what: random.pick(['calls', 'log']),
    receiver: random.between(0, receivers.reduce((sum, count) => sum + count, 0) - 1),
    fromMs,
    untilMs: fromMs + random.pick([60_000, 600_000, 3_600_000]),
  };
  const pipeline = random.pick(BEHIND);
  const isKeyed = random.chance(0.5);
  return {
    shape,
    // Results that go on are final ones, of windows without a trigger.
    pipeline: shape === 'one' ? pipeline : alignedWindows,
    receivers,
    isKeyed: isKeyed || shape === 'results',
    places: random.pick([1, 3, 10]),
    isUneven: random.chance(0.5),
    paceMs: random.pick([0, 1_000, 10_000]),
    broken: isBroken ? broken : undefined,
  };
}

/** Of all worlds. */
const SHARE = 0.2;

/** What no doorbell says a tick does, so there is one; windows behind an exchange do not overlap. */
export function sizesWith({ shape, pipeline, broken }: Exchanged, sizes: PlanSizes, random: SeededRandom): PlanSizes {
  const isLong = broken !== undefined && broken.untilMs - broken.fromMs > 600_000;
  const tickEveryMs = random.pick([3_000, 20_000, 60_000]);
  const earlyMs = random.pick([0, 0, 2_000, 30_000]);
  return {
    ...sizes,
    earlyMs: shape === 'one' ? earlyMs : 0,
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

/** What results are counted by once more, in windows twice as long, and what comes of those that stand in the end. */
export function finalsAgain(finals: readonly PlainFinal[], { sizeMs }: PlanSizes): Map<string, PlainFinal[]> {
  const startOf = ({ windowEndMs }: PlainFinal) => Math.floor((windowEndMs - 1) / (2 * sizeMs)) * 2 * sizeMs;
  const byKey = Map.groupBy(finals, ({ values }) => String(values['readings']));
  return new Map(
    [...byKey].map(([key, those]) => [
      key,
      [...Map.groupBy(those, startOf)].map(([windowStartMs, within]) => ({
        windowStartMs,
        windowEndMs: windowStartMs + 2 * sizeMs,
        values: {
          readings: within.length,
          total: within.reduce((sum, { values }) => sum + (values['total'] as number), 0),
        },
      })),
    ]),
  );
}
