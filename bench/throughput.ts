import { partitionOf } from '../adapters/kafka/partitioner.ts';
import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { MemorySink } from '../adapters/memory/sink.ts';
import { VM_GUARD } from '../adapters/vm/guard.ts';
import type { Sink } from '../engine/ports.ts';
import type { Topology } from '../engine/topology.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import { UserCode } from '../engine/user-code/user-code.ts';
import flights from '../pipelines/flights.ts';
import { compareRows, type Row } from '../test/verify/compare.ts';
import { expectedOf, type Expected } from '../test/verify/expected.ts';
import { requireEqual, requireSame } from './equality.ts';
import { batchesOf, flightsLoad, type Invocation } from './flights-load.ts';
import { kafkaLoad, runKafka } from './kafka-path.ts';
import { freshProcessor } from './processor.ts';
import { figureOf, interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';
import { Staged, type Stage } from './stages.ts';
import { NullSink } from './sinks.ts';

export interface ThroughputSettings {
  readonly records: number;
  readonly rounds: number;
}

export interface Throughput {
  readonly records: number;
  readonly batchSize: number;
  /** Records a second of bare JSON.parse over base64. */
  readonly bare: Figure;
  /** Records a second of the engine: event to stored commit, snapshots included. */
  readonly engine: Figure;
  /** engine / bare, of the same round. */
  readonly ratio: Figure;
  /** Time of the engine whose steps can be stopped / engine, of the same round: batches of `batchSize`. */
  readonly guardedRatio: Figure;
  /** The same with all records of an event in one batch. */
  readonly guardedLargeRatio: Figure;
  /** Records of such an event. */
  readonly largeBatchSize: number;
  /** Records a second of the same from a topic: the partitions of one event side by side. */
  readonly kafka: Figure;
  /** kafka / engine, of the same round. */
  readonly kafkaRatio: Figure;
  /** kafka / bare, of the same round. */
  readonly kafkaByBare: Figure;
  /** Share of the engine's time by stage, in [0, 1]. */
  readonly stages: Readonly<Record<Stage, Figure>>;
}

const SHARDS = 4;
const BATCH_SIZE = 1_000;
/** As many as Lambda brings of small records. */
const LARGE_BATCH_SIZE = 10_000;
export const GUARDED = new UserCode(VM_GUARD);

/** What the engine costs beyond what nobody can avoid: parsing the same records. */
export async function measureThroughput({ records, rounds }: ThroughputSettings): Promise<Throughput> {
  const load = await flightsLoad({ records, shards: SHARDS, batchSize: BATCH_SIZE });
  const expected = await expectedOf({ records, shards: SHARDS });
  const counted = await requireRightResults(expected, (sink) => runEngine(flights.topology, load, sink));
  await requireRightResults(expected, (sink) => runEngine(flights.topology, load, sink, GUARDED));
  const large = await flightsLoad({ records, shards: SHARDS, batchSize: LARGE_BATCH_SIZE });
  const topic = await kafkaLoad({ records, partitions: SHARDS, batchSize: BATCH_SIZE });
  const ofTopic = await expectedOf({
    records,
    shards: SHARDS,
    partitionOf: (key) => partitionOf(Buffer.from(key), SHARDS),
  });
  const countedOfTopic = await requireRightResults(ofTopic, (sink) => runKafka(topic, SHARDS, sink));
  const stagedRounds: Array<Readonly<Record<Stage, number>>> = [];
  const times = await interleave(rounds, {
    bare: () => requireSame('records parsed', records, parseBare(load)),
    engine: async () =>
      requireSame('records counted', counted, await runEngine(flights.topology, load, new NullSink())),
    guarded: async () =>
      requireSame('records counted', counted, await runEngine(flights.topology, load, new NullSink(), GUARDED)),
    large: async () =>
      requireSame('records counted', counted, await runEngine(flights.topology, large, new NullSink())),
    guardedLarge: async () =>
      requireSame('records counted', counted, await runEngine(flights.topology, large, new NullSink(), GUARDED)),
    kafka: async () =>
      requireSame('records counted of the topic', countedOfTopic, await runKafka(topic, SHARDS, new NullSink())),
    staged: () => {
      const staged = new Staged(flights.topology);
      for (const invocation of load) staged.run(invocation);
      requireSame('records counted stage by stage', counted, staged.counted);
      stagedRounds.push(staged.shares());
    },
  });
  const perSecond = (ms: number): number => (records / ms) * 1_000;
  const stages = Object.fromEntries(
    Object.keys(stagedRounds[0] ?? {}).map((stage) => [
      stage,
      figureOf(stagedRounds.slice(1).map((shares) => shares[stage as Stage])),
    ]),
  );
  return {
    records,
    batchSize: BATCH_SIZE,
    bare: mapFigure(times.bare, perSecond),
    engine: mapFigure(times.engine, perSecond),
    ratio: ratioOf(times.bare, times.engine),
    guardedRatio: ratioOf(times.guarded, times.engine),
    guardedLargeRatio: ratioOf(times.guardedLarge, times.large),
    largeBatchSize: LARGE_BATCH_SIZE,
    kafka: mapFigure(times.kafka, perSecond),
    kafkaRatio: ratioOf(times.engine, times.kafka),
    kafkaByBare: ratioOf(times.bare, times.kafka),
    stages: stages as Record<Stage, Figure>,
  };
}

/** Every airport and hour as DuckDB has it. @returns how many records were counted */
export async function requireRightResults(expected: Expected, run: (sink: Sink) => Promise<number>): Promise<number> {
  const sink = new MemorySink();
  const counted = await run(sink);
  requireEqual(compareRows('results', windowId, { expected: expected.results, actual: rowsIn(sink) }));
  requireSame('records counted', expected.counts.counted, counted);
  return counted;
}

/** The newest firing of each window, as DuckDB has it. */
export function rowsIn(sink: MemorySink): Row[] {
  return sink.results.map(({ values, logEpochMs: _epoch, ...row }) => ({ ...row, ...values }));
}

export const windowId = ({ key, windowStartMs }: Row): string => `${String(key)}/${String(windowStartMs)}`;

/** @returns how many records were counted, neither late nor dead */
export async function runEngine(
  topology: Topology,
  load: readonly Invocation[],
  sink: Sink,
  userCode?: UserCode,
): Promise<number> {
  const engine = new EngineRun(topology, sink, userCode);
  await engine.take(load);
  return engine.counted;
}

/** A function that has begun with nothing, its stores in memory. */
export class EngineRun {
  /** Records that are neither late nor dead. */
  counted = 0;
  readonly #processor: Processor;

  constructor(topology: Topology, sink: Sink, userCode?: UserCode) {
    const stores = { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() };
    this.#processor = { ...freshProcessor(topology, stores, sink), userCode };
  }

  async take(load: readonly Invocation[]): Promise<void> {
    for (const { partition, event } of load) {
      for (const records of batchesOf(event)) {
        const report = await processBatch(this.#processor, { partition, records });
        this.counted += report.recordsIn - report.lateRecords - report.deadLetters;
      }
    }
  }
}

/** @returns how many records had an origin */
export function parseBare(load: readonly Invocation[]): number {
  let parsed = 0;
  for (const { event } of load) {
    for (const { kinesis } of event.Records) {
      const record = JSON.parse(Buffer.from(kinesis.data, 'base64').toString('utf8')) as { readonly origin: string };
      if (record.origin !== '') parsed += 1;
    }
  }
  return parsed;
}
