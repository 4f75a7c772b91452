import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { count, kinesis, pipeline, resultTable, session, sum, tumbling, type Pipeline } from '../../../engine/index.ts';
import type { WindowSettings } from '../../../engine/dsl/window-settings.ts';
import { hashOfKey, MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import { receive, type ReceiveReport } from '../../../engine/exchange/receive.ts';
import { receiverPartition } from '../../../engine/exchange/receivers.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import { processBatch, type BatchReport } from '../../../engine/process-batch.ts';
import { processTick } from '../../../engine/process-tick.ts';
import type { Processor } from '../../../engine/processor.ts';
import type { SourcePartition, SourceRecord } from '../../../engine/record.ts';
import { requireNoFailure, type TickReport } from '../../../engine/tick/tick-report.ts';
import { SHARD } from '../../support/samples.ts';
import { READING, record } from '../support/readings.ts';
import { World, type WorldSettings } from '../support/world.ts';

export interface KeyedAnewSettings {
  /** A list: of another number since. */
  readonly receivers?: number | readonly [number, ...number[]];
  readonly allowedLatenessMs?: number;
  readonly maxOutOfOrdernessMs?: number;
  readonly trigger?: WindowSettings['trigger'];
}

/** Readings partitioned by `key`, counted by `value` in windows [0, 10), [10, 20), … */
export function keyedAnew(settings: KeyedAnewSettings = {}): Pipeline {
  const { receivers = 2, allowedLatenessMs = 0, maxOutOfOrdernessMs = 0, trigger } = settings;
  return pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 1e9 })
    .keyBy('value', { receivers: listOf(receivers) })
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs, ...(trigger === undefined ? {} : { trigger }) })
    .aggregate({ n: count(), lastMs: sum('timeMs') })
    .to(resultTable());
}

const listOf = (receivers: NonNullable<KeyedAnewSettings['receivers']>) =>
  typeof receivers === 'number' ? ([receivers] as const) : receivers;

export interface TwoLevelsSettings extends KeyedAnewSettings {
  /** The first key is the partition key: only the second one has an exchange. */
  readonly isInPlace?: boolean;
  /** The windows of the first key are sessions. */
  readonly isSession?: boolean;
}

/** Readings counted as `keyedAnew` counts them; then, by that count, how many such windows end in [0, 20), [20, 40), … */
export function twoLevels(settings: TwoLevelsSettings = {}): Pipeline {
  const {
    receivers = 2,
    allowedLatenessMs = 0,
    maxOutOfOrdernessMs = 0,
    isInPlace = false,
    isSession = false,
  } = settings;
  const timed = pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 1e9 });
  const keyed = isInPlace ? timed.keyBy('key') : timed.keyBy('value', { receivers: listOf(receivers) });
  return keyed
    .window(isSession ? session({ gapMs: 10 }) : tumbling({ sizeMs: 10 }), { allowedLatenessMs })
    .aggregate({ n: count() })
    .keyBy('n', { receivers: listOf(receivers) })
    .window(tumbling({ sizeMs: 20 }))
    .aggregate({ n: count() })
    .to(resultTable());
}

/** The same with a date in each record. */
export function withDates(): Pipeline {
  return pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 })
    .map((reading) => ({ ...reading, at: new Date(reading.timeMs) }))
    .keyBy('value', { receivers: [2] })
    .window(tumbling({ sizeMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable());
}

/** One function, of the senders or of the receivers, warm until it is dropped. */
export interface Instance {
  readonly sender: Processor;
  /** Of the first exchange. */
  readonly receiver: Processor;
  /** By exchange, in the order of the fragments. */
  readonly receivers: readonly Processor[];
}

export interface Put {
  readonly body: unknown;
  /** @default 1000 */
  readonly arrivalTimeMs?: number;
}

/** Fragments over the same tables: shards that are put into, functions that can be made anew at any time. */
export class ExchangeWorld {
  readonly world: World;
  readonly catalog = new MemoryShards();
  /** Receivers that were rung, in order, by the place of their exchange. */
  readonly rungAt: Array<readonly [level: number, receiver: number]> = [];
  /** The first one. */
  readonly exchange: Exchange;
  readonly sources: Pipeline['topology']['sources'];
  /** In the order of the fragments. */
  readonly exchanges: readonly Exchange[];
  readonly #pipeline: Pipeline;
  readonly #records = new Map<string, SourceRecord[]>();
  readonly #closed = new Set<string>();
  #stream: Pick<SourcePartition, 'source' | 'incarnation'> = SHARD;
  #offset = 0;

  constructor(given: Pipeline, settings: Omit<WorldSettings, 'topology'> = {}) {
    this.#pipeline = given;
    this.world = new World({ ...settings, topology: given.topology });
    this.sources = given.topology.sources;
    this.exchanges = given.topology.downstream.map(({ exchange }) => exchange);
    this.exchange = this.exchanges[0] as Exchange;
    this.catalog.remains = (shard, after) => {
      if (this.all(shard).some(({ offset }) => offset > after)) return 'records';
      return this.#closed.has(shard) ? 'ended' : 'none yet';
    };
    this.catalog.holds = (shard, offset) => this.all(shard).find((each) => each.offset === offset);
    this.catalog.skips = (shard, after, before) =>
      this.all(shard).find(({ offset }) => offset > after && offset < before)?.offset;
  }

  /** Shards of the first generation; which hashes they hold plays no part. */
  open(...shards: readonly string[]): void {
    for (const shard of shards) this.catalog.known.set(shard, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
  }

  /** The pipeline reads other shards from now on: of a stream of the same name, or of another one. */
  replaceSource(change: 'incarnation' | 'source', ...shards: readonly string[]): void {
    // No invocation of the new one begins at the instant at which one of the old one did.
    void this.world.clock.sleep(1);
    const { incarnation, source } = this.#stream;
    const next = { incarnation: String(Number(incarnation) + 1), source: `${source}-next` };
    this.#stream = { incarnation, source, [change]: next[change] };
    this.catalog.known.clear();
    this.#records.clear();
    this.#closed.clear();
    this.#offset = 0;
    this.open(...shards);
  }

  /** Closes the parents, and opens shards that come of all of them. */
  reshard(parents: readonly string[], ...children: readonly string[]): void {
    for (const parent of parents) this.#closed.add(parent);
    for (const child of children) this.catalog.known.set(child, { fromHash: 0n, toHash: MAX_HASH, parents });
  }

  /** Puts `[value, event time]`; the value is the key behind the exchange. */
  put(shard: string, ...readings: ReadonlyArray<readonly [value: number, timeMs: number]>): SourceRecord[] {
    return this.putBodies(
      shard,
      readings.map(([value, timeMs]) => ({ body: { key: shard, timeMs, value } })),
    );
  }

  /** Puts what a pipeline of its own has for records. */
  putBodies(shard: string, given: readonly Put[]): SourceRecord[] {
    const put = given.map(({ body, arrivalTimeMs = 1_000 }) =>
      record(++this.#offset, JSON.stringify(body), { partitionKey: shard, arrivalTimeMs }),
    );
    this.#records.set(shard, [...this.all(shard), ...put]);
    return put;
  }

  all(shard: string): readonly SourceRecord[] {
    return this.#records.get(shard) ?? [];
  }

  /** @param given another definition of the same pipeline */
  instance(given: Pipeline = this.#pipeline): Instance {
    const doorbell = {
      ring: async (id: string, receivers: readonly number[]) => {
        const level = this.exchanges.findIndex((exchange) => exchange.id === id);
        for (const receiver of receivers) this.rungAt.push([level, receiver]);
      },
    };
    const [sender, ...receivers] = given.fragments.map((topology) => ({
      ...this.world.instance({ topology }).processor,
      shards: this.catalog,
      doorbell,
    }));
    return { sender: sender as Processor, receiver: receivers[0] as Processor, receivers };
  }

  /** Receivers of the first exchange that were rung, in order. */
  get rung(): number[] {
    return this.rungAt.flatMap(([level, receiver]) => (level === 0 ? [receiver] : []));
  }

  take({ sender }: Instance, shard: string, records: readonly SourceRecord[]): Promise<BatchReport> {
    return processBatch(sender, { partition: this.shardPartition(shard), records });
  }

  /** @param level of the exchange */
  receive(instance: Instance, receiver: number, level = 0): Promise<ReceiveReport> {
    return receive(instance.receivers[level] as Processor, receiver);
  }

  /** @throws TICK_FAILED once all others have moved */
  async tick({ sender }: Instance, nowMs: number): Promise<TickReport> {
    const { partition: _, ...stream } = this.shardPartition('');
    const report = await processTick(sender, stream, nowMs);
    requireNoFailure(report);
    return report;
  }

  /** All receivers, those of the first exchange first, until none of them has anything to read. */
  async receiveAll(instance: Instance): Promise<void> {
    for (const [level, { topology }] of instance.receivers.entries())
      for (let receiver = 0; receiver < (topology.receivesFrom?.receivers ?? 0); receiver++)
        await this.receive(instance, receiver, level);
  }

  /** Calls those that were rung since, and those that they ring, until none is. */
  async answerRings(instance: Instance): Promise<void> {
    for (let calls = 0; this.rungAt.length > 0; calls++) {
      if (calls > 1_000) throw new Error('rings must come to an end');
      const [level, receiver] = this.rungAt.shift() as readonly [number, number];
      await this.receive(instance, receiver, level);
    }
  }

  shardPartition(partition: string): SourcePartition {
    const { source, incarnation } = this.#stream;
    return { ...SHARD, pipeline: this.#pipeline.topology.name, source, incarnation, partition };
  }

  shardLog(shard: string): string {
    return logIdOf(this.shardPartition(shard));
  }

  receiverLog(receiver: number, level = 0): string {
    return logIdOf(receiverPartition(this.#pipeline.topology.name, this.exchanges[level] as Exchange, receiver));
  }

  async head(logId: string): Promise<LogEntry> {
    return (await this.world.entries(logId)).at(-1) as LogEntry;
  }

  /** Newest revision of each window that came out: `key@start` with its count. */
  get counts(): Record<string, unknown> {
    const newest = new Map<string, { revision: number; n: unknown }>();
    for (const { key, windowStartMs, revision, values } of this.world.sink.results) {
      const place = `${key}@${windowStartMs}`;
      if ((newest.get(place)?.revision ?? 0) < revision) newest.set(place, { revision, n: values['n'] });
    }
    return Object.fromEntries([...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([place, { n }]) => [place, n]));
  }
}

/** Two values whose keys belong to different receivers of two. */
export const LOW = [...Array(100).keys()].find((value) => hashOfKey(String(value)) < MAX_HASH / 2n) as number;
export const HIGH = [...Array(100).keys()].find((value) => hashOfKey(String(value)) > MAX_HASH / 2n) as number;

/** Whether it is an error that goes away by itself. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof TidemarkError && (error.kind === 'unavailable' || error.kind === 'fenced');
