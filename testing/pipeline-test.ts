import type { Pipeline } from '../engine/dsl/pipeline-of.ts';
import { isKind, requireSetting, TidemarkError } from '../engine/errors.ts';
import { nameOfSource } from '../engine/plan/source.ts';
import { processBatch } from '../engine/process-batch.ts';
import { processTick } from '../engine/process-tick.ts';
import type { SourceRecord } from '../engine/record.ts';
import { dueOf } from '../engine/step.ts';
import { requireNoFailure } from '../engine/tick/tick-report.ts';
import type { Disturbance } from './disturbance.ts';
import { TestClock } from './test-clock.ts';
import { TestFunctions, TestTables, type TestLog } from './test-functions.ts';
import {
  TestOutputs,
  type TestDeadLetter,
  type TestLateRecord,
  type TestResult,
  type TestSideOutput,
} from './test-outputs.ts';
import { TestSource, type PutOptions } from './test-source.ts';

/** How a test begins. */
export interface TestOptions {
  /** Shards or partitions of each source, at least 1. @default 1 */
  readonly partitions?: number;
  /** What the clock shows at first [ms since 1970]. @default the time at which the test runs */
  readonly startMs?: number;
}

/** So often `finish` moves time on before it takes timers for endless. */
const MOST_MOVES = 10_000;
/** A batch may have to wait so often until receivers have made room. */
const MOST_TRIES = 100;

/**
 * Runs a pipeline in memory: on the engine that a deployment runs, without a process or a network, by a clock that only
 * the test moves. Whatever comes out is the same in each run.
 *
 * @example
 * const test = new PipelineTest(flights);
 * await test.put({ origin: 'ATL', scheduled: 10, delayMin: 3 });
 * await test.finish();
 * expect(test.results).toMatchObject([{ key: 'ATL', values: { departures: 1 } }]);
 */
export class PipelineTest<Result = unknown> {
  readonly #clock: TestClock;
  readonly #outputs = new TestOutputs();
  readonly #tables: TestTables;
  readonly #sources: ReadonlyMap<string, TestSource>;
  readonly #disturbance: Disturbance | undefined;
  #pipeline: Pipeline<unknown, Result>;
  #functions: TestFunctions;

  /**
   * @param disturbance of `checkSame` @default nothing goes wrong
   * @throws INVALID_SETTING
   */
  constructor(
    pipeline: Pipeline<unknown, Result>,
    { partitions = 1, startMs = Date.now() }: TestOptions = {},
    disturbance?: Disturbance,
  ) {
    this.#disturbance = disturbance;
    const isCount = Number.isInteger(partitions) && partitions >= 1;
    requireSetting('partitions', partitions, isCount, 'a whole number of at least 1', 'name how many to begin with');
    requireSetting('startMs', startMs, Number.isFinite(startMs), 'milliseconds since 1970', 'name a time');
    this.#pipeline = pipeline;
    this.#clock = new TestClock(startMs);
    this.#tables = new TestTables(this.#clock, this.#outputs);
    const sources = pipeline.topology.sources.map((source) => new TestSource(source, partitions));
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    this.#functions = this.#started();
  }

  /** What the clock shows [ms since 1970]. */
  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** The newest result of each key and window, ordered by window, key and number; what was taken back is left out. */
  get results(): ReadonlyArray<TestResult<Result>> {
    return this.#outputs.results as ReadonlyArray<TestResult<Result>>;
  }

  /** Each revision and retraction, in the order in which they came out. */
  get firings(): ReadonlyArray<TestResult<Result>> {
    return this.#outputs.firings as ReadonlyArray<TestResult<Result>>;
  }

  get lateRecords(): readonly TestLateRecord[] {
    return this.#outputs.lateRecords;
  }

  get deadLetters(): readonly TestDeadLetter[] {
    return this.#outputs.deadLetters;
  }

  get sideOutputs(): readonly TestSideOutput[] {
    return this.#outputs.sideOutputs;
  }

  /**
   * Puts records into the only source, as one batch for each shard, and takes them.
   *
   * @param values what producers write, before a schema has seen it
   * @throws what the pipeline halts with
   */
  put(...values: readonly unknown[]): Promise<void> {
    return this.putTo(this.#onlySource(), values);
  }

  /**
   * Puts records into a source of several, or with options.
   *
   * @param source name of the stream or topic
   * @throws INVALID_SETTING there is no such source · what the pipeline halts with
   */
  putTo(source: string, values: readonly unknown[], options: PutOptions = {}): Promise<void> {
    const encoder = new TextEncoder();
    const bodies = values.map((value) => ({
      data: encoder.encode(JSON.stringify(value)),
      key: options.partitionKey ?? this.#source(source).keyOf(value),
    }));
    return this.#take(source, bodies, options);
  }

  /** Puts a record as its bytes are, whatever they say: to see what becomes of it. */
  putText(text: string, options: PutOptions = {}, source: string = this.#onlySource()): Promise<void> {
    return this.#take(source, [{ data: new TextEncoder().encode(text), key: options.partitionKey ?? '' }], options);
  }

  /** Brings all records that a source has once more, as a consumer does that forgot where it was: none counts twice. */
  async repeat(source: string = this.#onlySource()): Promise<void> {
    for (const partition of this.#source(source).open) await this.#process(source, partition, -1n);
  }

  /** Moves the clock on and ticks, as a deployment does each minute. @param durationMs at least 0 [ms] */
  async advance(durationMs: number): Promise<void> {
    const rule = 'a number of milliseconds of at least 0';
    requireSetting('durationMs', durationMs, durationMs >= 0, rule, 'time does not go back');
    this.#clock.advance(durationMs);
    await this.tick();
  }

  /** One tick: partitions without records follow the others, and what is due by the clock comes out. */
  async tick(): Promise<void> {
    for (const source of this.#sources.values()) {
      const processor = this.#functions.reading(source.name);
      const { partition: _, ...stream } = source.partition(this.#pipeline.topology.name, '');
      const { memory } = this.#functions;
      requireNoFailure(await processTick(processor, stream, this.nowMs, { memory }));
      await this.#functions.answerRings();
    }
  }

  /**
   * No more records come: moves the clock on and ticks until nothing is due any more, so that each window gives its last
   * result.
   *
   * @throws TIMERS_ENDLESS (invalid) there is always another timer
   */
  async finish(): Promise<void> {
    for (let moves = 0; ; moves++) {
      const waitMs = await this.#dueInMs();
      if (waitMs === undefined) return;
      if (moves === MOST_MOVES) {
        const text = `timers of ${this.#pipeline.topology.name} must come to an end to be finished, got another one after ${MOST_MOVES} moves of time; move time on with advance()`;
        throw new TidemarkError('invalid', 'TIMERS_ENDLESS', text);
      }
      // What was due already waits until all partitions have been quiet for long enough.
      await this.advance(waitMs > 0 ? waitMs : Math.max(1, this.#pipeline.topology.eventTime.idleTimeoutMs));
    }
  }

  /** All functions are gone, with what they had in memory: the next batch begins with what is stored. */
  restart(): void {
    this.#functions = this.#started();
  }

  /**
   * Another definition of the same pipeline is deployed. One that cannot go on with what is stored halts with the next
   * batch, as it does when it is deployed.
   *
   * @throws INVALID_SETTING it has another name, or other sources
   */
  redeploy(pipeline: Pipeline<unknown, Result>): void {
    const identity = ({ topology: { name, sources } }: Pipeline) =>
      `${name} from ${sources.map((source) => `${source.kind} ${nameOfSource(source)}`).join(', ')}`;
    const [is, was] = [identity(pipeline), identity(this.#pipeline)];
    requireSetting('pipeline', is, is === was, `${was}, as it was`, 'begin another test');
    this.#pipeline = pipeline;
    this.restart();
  }

  /** Names of the shards or partitions that take records. */
  partitions(source: string = this.#onlySource()): readonly string[] {
    return this.#source(source).open;
  }

  /** Splits a shard of a stream in the middle. @returns the names of both halves @throws INVALID_SETTING */
  split(shard: string, source: string = this.#onlySource()): [string, string] {
    return this.#source(source).split(shard);
  }

  /** Merges two neighbouring shards of a stream. @returns the name of the one that follows @throws INVALID_SETTING */
  merge(one: string, other: string, source: string = this.#onlySource()): string {
    return this.#source(source).merge(one, other);
  }

  async #take(
    source: string,
    bodies: ReadonlyArray<{ readonly data: Uint8Array; readonly key: string }>,
    { arrivalTimeMs = this.nowMs }: PutOptions,
  ): Promise<void> {
    const it = this.#source(source);
    const before = it.offset;
    const taken = new Set(bodies.map(({ data, key }) => it.put(data, key, arrivalTimeMs)));
    for (const partition of taken) await this.#process(source, partition, before);
  }

  /** @param after the records behind it */
  async #process(source: string, name: string, after: bigint): Promise<void> {
    const it = this.#source(source);
    const records = it.after(name, after);
    const disturbance = this.#disturbance;
    if (disturbance === undefined) return this.#batch(source, name, records);
    for (const batch of disturbance.cut(records)) {
      if (disturbance.isKilled()) this.restart();
      await this.#batch(source, name, batch);
      if (disturbance.isTwice()) await this.#batch(source, name, batch);
    }
    if (it.isStream && it.open.includes(name) && disturbance.isSplit()) it.split(name);
  }

  /** One invocation. */
  async #batch(source: string, name: string, records: readonly SourceRecord[]): Promise<void> {
    const partition = this.#source(source).partition(this.#pipeline.topology.name, name);
    for (let tries = 1; records.length > 0; tries++) {
      try {
        await processBatch(this.#functions.reading(source), { partition, records });
        break;
      } catch (error) {
        // Receivers that were rung make room (PL-31).
        if (!isKind(error, 'unavailable') || tries === MOST_TRIES) throw error;
        await this.#functions.answerRings();
      }
    }
    await this.#functions.answerRings();
  }

  /** By how much the clock has to move until something is due; undefined: nothing is. */
  async #dueInMs(): Promise<number | undefined> {
    const { maxOutOfOrdernessMs, idleTimeoutMs } = this.#pipeline.topology.eventTime;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const { processor, partition } of this.#logs()) {
      const { logs, topology } = processor;
      const due = await logs.useNewest(partition, async ({ state, isSealed }) =>
        isSealed ? undefined : dueOf(topology, state),
      );
      // So far behind the clock is the watermark of partitions that are idle (PL-21).
      const eventMs = (due?.eventMs ?? Number.POSITIVE_INFINITY) + maxOutOfOrdernessMs + idleTimeoutMs;
      dueMs = Math.min(dueMs, eventMs, due?.processingMs ?? Number.POSITIVE_INFINITY);
    }
    return dueMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, dueMs - this.nowMs);
  }

  #logs(): TestLog[] {
    const { name } = this.#pipeline.topology;
    const reading = [...this.#sources.values()].flatMap((source) =>
      [...source.catalog.known.keys()].map((partition) => ({
        processor: this.#functions.reading(source.name),
        partition: source.partition(name, partition),
      })),
    );
    return [...reading, ...this.#functions.receivers];
  }

  #started(): TestFunctions {
    const catalogs = new Map([...this.#sources].map(([name, { catalog }]) => [name, catalog]));
    return new TestFunctions(this.#pipeline, this.#tables, catalogs);
  }

  #onlySource(): string {
    const names = [...this.#sources.keys()];
    requireSetting('pipeline', names, names.length === 1, 'of one source', 'name the source');
    return names[0] as string;
  }

  #source(name: string): TestSource {
    const source = this.#sources.get(name);
    const rule = `one of ${[...this.#sources.keys()].join(', ')}`;
    requireSetting('source', name, source !== undefined, rule, 'name one that the pipeline reads');
    return source as TestSource;
  }
}
