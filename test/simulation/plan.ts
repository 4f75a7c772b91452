import type { Topology } from '../../engine/topology.ts';
import type { Lineage } from '../../engine/ports.ts';
import type { Packing } from '../../engine/partition-log/snapshot-writer.ts';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import { drawPipeline } from './pipelines/all.ts';
import { processFunction } from './pipelines/process-function.ts';
import type { SimulatedPipeline } from './pipelines/simulated-pipeline.ts';
import { exchangedOf, topologyOf } from './plan/definition.ts';
import { drawExchange, sizesWith, type Exchanged, type PlannedExchange } from './plan/exchange.ts';
import { planBounds, planPacking } from './plan/bounds.ts';
import { planRedeploy } from './plan/exchange-redeploy.ts';
import type { Regrown } from './plan/regrown.ts';
import { planAnotherSource } from './plan/another-source.ts';
import { planLoss, type PlannedLoss } from './plan/lost-slots.ts';
import { planRenamed, type Renaming } from './plan/renamed.ts';
import { planRestore, type PlannedRestore } from './plan/restore.ts';
import { planStream } from './plan/stream.ts';
import { Timestamps, type Timestamp } from './plan/timestamps.ts';
import { FAULTS_UNTIL_MS, START_MS } from './plan/times.ts';
import { planThrottledLog, type ThrottledLog } from './plan/throttled-log.ts';
import { planTopic } from './plan/topic.ts';
import { untoldOf } from './plan/untold.ts';
import { SeededRandom } from './world/random.ts';

/** The sizes and the input of one simulation, all from its seed. */
export interface Plan {
  readonly seed: number;
  readonly kind: 'kinesis' | 'kafka';
  /** All that there will ever be, parents before children; partitions of a topic are shards too. */
  readonly shards: readonly PlannedShard[];
  readonly settings: PlanSettings;
  readonly pipeline: SimulatedPipeline;
  readonly topology: Topology;
  readonly redeploy: Redeploy | undefined;
  /** When a topic gets one more partition, which must halt its pipeline (PL-27); Infinity: never. */
  readonly growsAtMs: number;
  /** Of so many results one is never taken by a table beside the other readers; 0: there is no such table. */
  readonly refusedOf: number;
  /** undefined: the log table stays as it is. */
  readonly restore: PlannedRestore | undefined;
  /** undefined: no slot of the log table is ever deleted. */
  readonly loss: PlannedLoss | undefined;
  /** A shard without children of which the stream tells ticks nothing, for ever; undefined: none. */
  readonly untold: PlannedShard | undefined;
  /** undefined: the pipeline reads one source, whatever becomes of it. */
  readonly renaming: Renaming | undefined;
  /** undefined: no log is throttled for longer than the others. */
  readonly throttled: ThrottledLog | undefined;
  /** undefined: the pipeline is one fragment. */
  readonly exchange: PlannedExchange | undefined;
}

/** Which worlds are drawn: of every kind as often as it comes, or with an exchange each. */
export type Worlds = 'all' | 'exchange';

/** While another definition is deployed, new instances run it, beside those of the first that are still there. */
export interface Redeploy {
  readonly topology: Topology;
  /** It knows more, takes over the state, and stays; else it cannot read the state, and is taken back (PL-30). */
  readonly isCompatible: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** So long instances of a definition that was replaced get work. */
  readonly sideBySideMs: number;
  /** Of a pipeline with an exchange: its receivers are other functions, deployed by themselves. */
  readonly receivers: RedeployedReceivers | undefined;
}

export interface RedeployedReceivers extends Pick<Redeploy, 'isCompatible' | 'fromMs' | 'toMs' | 'sideBySideMs'> {
  /** Behind each exchange. */
  readonly receiving: readonly Topology[];
}

/** The sizes of a world, of its pipeline and of its functions. */
export interface PlanSizes {
  readonly maxBatch: number;
  /** Records of one commit, unless an aggregated record alone has more. */
  readonly maxUnpacked: number;
  readonly slots: number;
  readonly inlineLimitBytes: number;
  readonly maxPanes: number;
  readonly sizeMs: number;
  /** A window starts so often: as long as one for tumbling windows, less for hopping ones. */
  readonly advanceMs: number;
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
  /** Behind an exchange windows fire so often before their end, by the clock; 0: never. */
  readonly earlyMs: number;
  readonly idleTimeoutMs: number;
  readonly timeoutMs: number;
  /** How often the scheduler ticks; 0: never. */
  readonly tickEveryMs: number;
  /** What nobody has read by then is gone; Infinity: kept. */
  readonly retentionMs: number;
}

export interface PlanSettings extends PlanSizes {
  /** Results, and timers that fire, of one commit: a move of time that makes more due goes over several. */
  readonly maxRowsPerCommit: number;
  readonly maxTimersPerCommit: number;
  /** How large groups go into snapshots; a few entries are many here. */
  readonly packing: Packing;
}

export interface PlannedShard extends Lineage {
  readonly id: string;
  /** Name of the stream or topic. */
  readonly source: string;
  /** The stream's creation time, or the topic's id. */
  readonly incarnation: string;
  /** In the order of arrival. */
  readonly records: readonly PlannedRecord[];
  readonly bornAtMs: number;
  /** When it was split or merged; Infinity while it is open. */
  readonly closedAtMs: number;
  /** When its stream was deleted, with all that nobody had read; Infinity: never. */
  readonly deletedAtMs: number;
  /** When the pipeline reads it first: not before it is born. */
  readonly readFromMs: number;
  /** When the pipeline reads another source in its place; Infinity: never. */
  readonly leftAtMs: number;
  /** Records that come at offsets which were counted already, once all is read: the cluster has lost the first ones. */
  readonly reused: readonly PlannedRecord[];
  /** Of a partition that is cut back once all is read, and has grown again when its group comes; else undefined. */
  readonly regrown: Regrown | undefined;
}

/** A record with what its producer put into it: the reference takes nothing apart. */
export interface PlannedRecord extends SourceRecord {
  /** One; several when they were aggregated; undefined when the aggregate was damaged on its way. */
  readonly parts: readonly PlannedPart[] | undefined;
  /** In an aggregated record, if it be one of one. */
  readonly isPacked?: boolean;
  /** Of a topic's record. */
  readonly timestamp?: Timestamp;
}

export interface PlannedPart {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly text: string;
}

/** Each part is drawn from dice of its own: what is added to one leaves the others as they were. */
export function planOf(seed: number, worlds: Worlds = 'all'): Plan {
  const kind = new SeededRandom(seed, 'kind').chance(0.2) ? 'kafka' : 'kinesis';
  const random = new SeededRandom(seed, 'another key');
  const exchanged = drawExchange(random, worlds === 'exchange');
  return exchanged === undefined ? wholePlan(seed, kind) : exchangePlan(seed, kind, exchanged, random);
}

/** The table stays what it is, and ticks can look at every shard (PL-43). */
function exchangePlan(seed: number, kind: Plan['kind'], exchanged: Exchanged, random: SeededRandom): Plan {
  const sizes = sizesWith(exchanged, planSettings(new SeededRandom(seed, 'settings')), random);
  const definition = exchangedOf(exchanged, sizes, kind);
  const timestamps = new Timestamps(new SeededRandom(seed, 'timestamps'), true);
  const first =
    kind === 'kafka'
      ? planTopic(new SeededRandom(seed, 'topic'), timestamps, undefined).shards
      : planStream(new SeededRandom(seed, 'stream'), 'never');
  const dice = (name: string) => new SeededRandom(seed, name);
  const { shards, renaming } = planAnotherSource(exchanged, { kind, shards: first }, dice, timestamps);
  const isMerged = shards.some(({ parents }) => parents.length > 1);
  return {
    seed,
    kind,
    settings: {
      ...sizes,
      ...planBounds(new SeededRandom(seed, 'bounds'), isMerged),
      packing: planPacking(new SeededRandom(seed, 'packing')),
    },
    shards,
    pipeline: exchanged.pipeline,
    topology: definition.topology,
    redeploy: planRedeploy({ exchanged, sizes, kind, shards }, dice),
    growsAtMs: Infinity,
    refusedOf: planRefusals(seed),
    restore: undefined,
    loss: undefined,
    untold: undefined,
    renaming,
    throttled: undefined,
    exchange: { ...exchanged, receiving: definition.fragments.slice(1) },
  };
}

function planRefusals(seed: number): number {
  const random = new SeededRandom(seed, 'refusals');
  return random.chance(0.15) ? random.pick([1, 2, 7]) : 0;
}

function wholePlan(seed: number, kind: Plan['kind']): Plan {
  const settings = planSettings(new SeededRandom(seed, 'settings'));
  const pipeline = drawPipeline((name) => new SeededRandom(seed, name));
  const topology = topologyOf(pipeline, settings, kind, 'first');
  // A stream that is made again numbers its results from 0 again, in the place of those before.
  const mayBeMadeAgain = topology.results.identity === 'window';
  // Processing time that is the function's own clock stands in no log: what is due by it cannot be foretold.
  const timestamps = new Timestamps(new SeededRandom(seed, 'timestamps'), pipeline !== processFunction);
  const { shards: first, growsAtMs } =
    kind === 'kafka'
      ? planTopic(new SeededRandom(seed, 'topic'), timestamps, new SeededRandom(seed, 'regrown'))
      : {
          shards: planStream(new SeededRandom(seed, 'stream'), mayBeMadeAgain ? 'maybe' : 'never'),
          growsAtMs: Infinity,
        };
  const renamed = planRenamed({ kind, shards: first, growsAtMs }, new SeededRandom(seed, 'moved'), timestamps);
  const shards = renamed?.shards ?? first;
  const random = new SeededRandom(seed, 'redeploy');
  const isRedeployed =
    random.chance(0.15) && renamed === undefined && shards.every(({ deletedAtMs }) => deletedAtMs === Infinity);
  const isCompatible = random.chance(0.5);
  const fromMs = START_MS + random.between(0, 60_000);
  const toMs = isCompatible ? Infinity : fromMs + random.between(1_000, 300_000);
  const redeploy = isRedeployed
    ? {
        topology: topologyOf(pipeline, settings, kind, isCompatible ? 'later' : 'incompatible'),
        isCompatible,
        fromMs,
        toMs,
        sideBySideMs: 30_000,
        receivers: undefined,
      }
    : undefined;
  const refusedOf = planRefusals(seed);
  const isLikely = redeploy?.isCompatible === true || shards.some(({ parents }) => parents.length > 1);
  const bounds = {
    ...planBounds(new SeededRandom(seed, 'bounds'), isLikely),
    packing: planPacking(new SeededRandom(seed, 'packing')),
  };
  const drawn = { settings: { ...settings, ...bounds }, shards, redeploy, growsAtMs, refusedOf };
  const loss = planLoss(drawn, new SeededRandom(seed, 'slots'));
  const restore = loss === undefined ? planRestore(drawn, new SeededRandom(seed, 'earlier')) : undefined;
  const untold = untoldOf(shards, new SeededRandom(seed, 'untold'));
  const throttled =
    loss === undefined
      ? planThrottledLog({ ...drawn, untold }, START_MS + FAULTS_UNTIL_MS, new SeededRandom(seed, 'throttled'))
      : undefined;
  return {
    seed,
    kind,
    settings: { ...settings, ...bounds },
    shards,
    pipeline,
    topology,
    redeploy,
    growsAtMs,
    refusedOf,
    restore,
    loss,
    untold,
    renaming: renamed?.renaming,
    throttled,
    exchange: undefined,
  };
}

function planSettings(random: SeededRandom): PlanSizes {
  const sizeMs = random.pick([1_000, 10_000]);
  return {
    maxBatch: random.pick([1, 3, 10, 30]),
    maxUnpacked: random.pick([1, 4, 20_000]),
    slots: random.pick([2, 4, 8]),
    inlineLimitBytes: random.pick([40, 200, 100_000]),
    maxPanes: random.pick([0, 5, 1_000]),
    sizeMs,
    advanceMs: sizeMs / random.pick([1, 1, 2, 4]),
    maxOutOfOrdernessMs: random.pick([0, 500, 5_000]),
    allowedLatenessMs: random.pick([0, 1_000, 20_000]),
    timeoutMs: random.pick([2_000, 60_000]),
    tickEveryMs: random.pick([0, 3_000, 20_000, 60_000]),
    retentionMs: random.pick([Infinity, Infinity, Infinity, 100_000]),
    idleTimeoutMs: random.pick([1_000, 5_000, 20_000]),
    earlyMs: 0,
  };
}

type Named = Pick<PlannedShard, 'id' | 'source' | 'incarnation'>;

export function isParentOf({ id, source, incarnation }: Named, other: PlannedShard): boolean {
  return other.source === source && other.incarnation === incarnation && other.parents.includes(id);
}

export function partitionOf({ id, source, incarnation }: Named): SourcePartition {
  return { pipeline: 'simulated', stage: '0', source, incarnation, partition: id };
}

/** @example 'readings/1000000000/shardId-000000000000' */
export const nameOf = (shard: Named): string => nameOfLog(partitionOf(shard));

export const nameOfLog = ({ source, incarnation, partition }: SourcePartition): string =>
  `${source}/${incarnation}/${partition}`;

/** Of a shard's name. */
export const streamOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Records that the engine sees when it takes this one apart. */
export const partsOf = ({ parts }: PlannedRecord): number => parts?.length ?? 1;
