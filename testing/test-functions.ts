import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { receive } from '../engine/exchange/receive.ts';
import { receiverPartition } from '../engine/exchange/receivers.ts';
import { DEFAULT_INLINE_LIMIT_KIB } from '../engine/partition-log/inline-limit.ts';
import { PartitionLogs } from '../engine/partition-log/partition-logs.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { Doorbell, RecordDecoder, ShardCatalog } from '../engine/ports.ts';
import type { Exchange } from '../engine/plan/exchange.ts';
import { nameOfSource } from '../engine/plan/source.ts';
import type { Pipeline } from '../engine/dsl/pipeline-of.ts';
import type { Processor } from '../engine/processor.ts';
import { withFields, type SourcePartition } from '../engine/record.ts';
import { TickMemory } from '../engine/tick/tick-memory.ts';
import { readingOf, receivingOf } from '../engine/topology.ts';
import type { TestClock } from './test-clock.ts';
import type { TestOutputs } from './test-outputs.ts';

/** More than any state of a test has. */
const MAX_PANES = 1_500_000;

/** What outlives all functions: the log table and the bucket of snapshots, the clock, and where results go. */
export class TestTables {
  readonly logs = new MemoryLogStore();
  readonly blobs: MemoryBlobStore;
  readonly clock: TestClock;
  readonly outputs: TestOutputs;
  #ids = 0;

  constructor(clock: TestClock, outputs: TestOutputs) {
    this.clock = clock;
    this.outputs = outputs;
    this.blobs = new MemoryBlobStore(clock);
  }

  /** @returns an id that no other commit has */
  id(): string {
    return `commit-${++this.#ids}`;
  }
}

/** Whose time may have something to do: a partition of a source, or a receiver of an exchange. */
export interface TestLog {
  readonly processor: Processor;
  readonly partition: SourcePartition;
}

/** The functions of one deployment, warm: what they know of the state is in their memory. */
export class TestFunctions {
  readonly memory = new TickMemory();
  readonly #pipeline: Pipeline;
  readonly #reading: ReadonlyMap<string, Processor>;
  readonly #receiving: ReadonlyMap<string, Processor>;
  readonly #rings: Array<readonly [exchange: string, receiver: number]> = [];

  constructor(pipeline: Pipeline, tables: TestTables, catalogs: ReadonlyMap<string, ShardCatalog>) {
    this.#pipeline = pipeline;
    const doorbell: Doorbell = {
      ring: async (exchange, receivers) => void this.#rings.push(...receivers.map((each) => [exchange, each] as const)),
    };
    const processorOf = (topology: Pipeline['topology'], shards: ShardCatalog): Processor => {
      const { logs, blobs, clock, outputs } = tables;
      const random = { id: () => tables.id(), unit: () => 0.5 };
      const settings = {
        topology,
        logs,
        blobs,
        clock,
        random,
        slots: RING_SLOTS,
        inlineLimitBytes: DEFAULT_INLINE_LIMIT_KIB * 1_024,
      };
      const decoder = topology.source.format.kind === 'json' ? undefined : AS_JSON;
      return { topology, logs: new PartitionLogs(settings, MAX_PANES), sinks: [outputs], shards, doorbell, decoder };
    };
    const named = [...catalogs.values()][0] as ShardCatalog;
    this.#reading = new Map(
      readingOf(pipeline.fragments).map((topology) => {
        const source = nameOfSource(topology.source);
        return [source, processorOf(topology, catalogs.get(source) as ShardCatalog)];
      }),
    );
    this.#receiving = new Map(
      receivingOf(pipeline.fragments).map((topology) => [
        (topology.receivesFrom as Exchange).id,
        processorOf(topology, named),
      ]),
    );
  }

  /** What reads a source. */
  reading(source: string): Processor {
    return this.#reading.get(source) as Processor;
  }

  /** Each receiver of each exchange, those of the first exchange first. */
  get receivers(): TestLog[] {
    return [...this.#receiving.values()].flatMap((processor) => {
      const exchange = processor.topology.receivesFrom as Exchange;
      return Array.from({ length: exchange.receivers }, (_, receiver) => ({
        processor,
        partition: receiverPartition(this.#pipeline.topology.name, exchange, receiver),
      }));
    });
  }

  /** Calls the receivers that were rung, and those that these ring, until none is left. */
  async answerRings(): Promise<void> {
    for (let ring = this.#rings.shift(); ring !== undefined; ring = this.#rings.shift()) {
      const [exchange, receiver] = ring;
      await receive(this.#receiving.get(exchange) as Processor, receiver);
    }
  }
}

/** Values are put as JSON whatever the format of the source is: no schema registry is asked. */
const AS_JSON: RecordDecoder = {
  decode: async (records) =>
    records.map((record) =>
      withFields(record, { value: JSON.parse(new TextDecoder().decode(record.data)) as unknown }),
    ),
};
