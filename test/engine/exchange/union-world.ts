import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { receive } from '../../../engine/exchange/receive.ts';
import type { Pipeline } from '../../../engine/index.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { processBatch, type BatchReport } from '../../../engine/process-batch.ts';
import { processTick } from '../../../engine/process-tick.ts';
import type { Processor } from '../../../engine/processor.ts';
import type { SourcePartition, SourceRecord } from '../../../engine/record.ts';
import type { TickMemory } from '../../../engine/tick/tick-memory.ts';
import type { TickReport } from '../../../engine/tick/tick-report.ts';
import { record } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** One source: its shards, which only its own functions can ask. */
class Feed {
  readonly catalog = new MemoryShards();
  readonly records = new Map<string, SourceRecord[]>();
  incarnation = 1;
  readonly #waiting = new Map<string, SourceRecord[]>();
  #offset = 0;

  constructor() {
    this.catalog.remains = (shard, after) =>
      this.#all(shard).some(({ offset }) => offset > after) ? 'records' : 'none yet';
    this.catalog.holds = (shard, offset) => this.#all(shard).find((each) => each.offset === offset);
    this.catalog.skips = (shard, after, before) =>
      this.#all(shard).find(({ offset }) => offset > after && offset < before)?.offset;
  }

  open(shards: readonly string[]): void {
    for (const shard of shards) this.catalog.known.set(shard, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
  }

  makeAgain(shards: readonly string[]): void {
    this.incarnation++;
    this.catalog.known.clear();
    this.records.clear();
    this.#offset = 0;
    this.open(shards);
  }

  /** @returns what was put and not processed yet; empty it then */
  put(shard: string, bodies: readonly unknown[], arrivalTimeMs: number): SourceRecord[] {
    const put = bodies.map((body) =>
      record(++this.#offset, JSON.stringify(body), { partitionKey: shard, arrivalTimeMs }),
    );
    this.records.set(shard, [...this.#all(shard), ...put]);
    const waiting = this.#waiting.get(shard) ?? [];
    this.#waiting.set(shard, waiting);
    waiting.push(...put);
    return waiting;
  }

  #all(shard: string): readonly SourceRecord[] {
    return this.records.get(shard) ?? [];
  }
}

/** A pipeline of several sources over one set of tables; each source has functions of its own. */
export class UnionWorld {
  readonly world: World;
  readonly #given: Pipeline;
  readonly #feeds: Readonly<Record<string, Feed>>;
  #functions: ReadonlyMap<string, Processor>;
  /** Receivers that were rung since they were last taken from here. */
  readonly rung: number[] = [];

  /** @param shards of each source, by its name */
  constructor(given: Pipeline, shards: Readonly<Record<string, readonly string[]>>) {
    this.#given = given;
    this.world = new World({ topology: given.topology });
    this.#feeds = Object.fromEntries(Object.keys(shards).map((source) => [source, new Feed()]));
    for (const [source, names] of Object.entries(shards)) this.feed(source).open(names);
    this.#functions = this.#functionsOf(given);
  }

  feed(source: string): Feed {
    return this.#feeds[source] as Feed;
  }

  /** New functions of the same, or of another definition. */
  restart(given = this.#given): void {
    this.#functions = this.#functionsOf(given);
  }

  /** Puts records into a shard and processes them, behind those with which it failed. */
  async take(source: string, shard: string, ...bodies: readonly unknown[]): Promise<BatchReport> {
    const waiting = this.feed(source).put(shard, bodies, this.world.clock.nowMs());
    const report = await processBatch(this.#function(source), {
      partition: this.partition(source, shard),
      records: [...waiting],
    });
    waiting.length = 0;
    return report;
  }

  /** @param memory of the instance that it runs on */
  tick(source: string, memory?: TickMemory): Promise<TickReport> {
    const { partition: _, ...stream } = this.partition(source, '');
    const options = memory === undefined ? {} : { memory };
    return processTick(this.#function(source), stream, this.world.clock.nowMs(), options);
  }

  async receive(receiver: number): Promise<void> {
    await receive(this.#receiving[1], receiver);
  }

  /** Until no receiver has anything to read. */
  async receiveAll(): Promise<void> {
    const [topology] = this.#receiving;
    for (let receiver = 0; receiver < (topology.receivesFrom?.receivers ?? 0); receiver++) await this.receive(receiver);
  }

  get #receiving() {
    const topology = this.#given.fragments.find(
      ({ receivesFrom }) => receivesFrom !== undefined,
    ) as Pipeline['topology'];
    return [topology, this.#functions.get('') as Processor] as const;
  }

  partition(source: string, partition: string): SourcePartition {
    const { name } = this.#given.topology;
    return { pipeline: name, stage: '0', source, incarnation: String(this.feed(source).incarnation), partition };
  }

  async head(source: string, shard: string): Promise<LogEntry> {
    return (await this.world.entries(logIdOf(this.partition(source, shard)))).at(-1) as LogEntry;
  }

  /** Newest revision of each window that came out: `key@start` with its values. */
  get results(): Record<string, unknown> {
    const newest = new Map<string, { revision: number; values: unknown }>();
    for (const { key, windowStartMs, revision, values } of this.world.sink.results) {
      const place = `${key}@${windowStartMs}`;
      if ((newest.get(place)?.revision ?? 0) < revision) newest.set(place, { revision, values });
    }
    return Object.fromEntries([...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, { values }]) => [at, values]));
  }

  #function(source: string): Processor {
    return this.#functions.get(source) as Processor;
  }

  #functionsOf(given: Pipeline): ReadonlyMap<string, Processor> {
    return new Map(
      given.fragments.map((topology) => {
        const isReceiving = topology.receivesFrom !== undefined;
        const source = isReceiving
          ? ''
          : topology.source.kind === 'kinesis'
            ? topology.source.stream
            : topology.source.topic;
        const { processor } = this.world.instance({ topology });
        const doorbell = {
          ring: async (_id: string, receivers: readonly number[]) => void this.rung.push(...receivers),
        };
        return [source, isReceiving ? processor : { ...processor, shards: this.feed(source).catalog, doorbell }];
      }),
    );
  }
}
