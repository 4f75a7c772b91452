import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import { receive, type ReceiveReport } from '../../engine/exchange/receive.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { Topology } from '../../engine/topology.ts';
import type { Doorbell, Sink } from '../../engine/ports.ts';
import { processBatch } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { batchesOf, type Invocation } from '../flights-load.ts';
import { freshProcessor, type Stores } from '../processor.ts';
import { before, behind } from './pipelines.ts';

export const inMemory = (): Stores => ({ logs: new MemoryLogStore(), blobs: new MemoryBlobStore() });

/** Batches of all shards that come within the same second, while each shard has a full one; and the rest, one by one. */
export function secondsOf(load: readonly Invocation[], batchSize: number): [Invocation[][], Invocation[][]] {
  const shards = [...Map.groupBy(load, ({ partition }) => partition.partition).values()];
  const full = shards.map((shard) => shard.filter(({ event }) => event.Records.length === batchSize).length);
  const seconds = Array.from({ length: Math.min(...full) }, (_, i) => shards.map((shard) => shard[i] as Invocation));
  return [seconds, shards.flatMap((shard) => shard.slice(seconds.length).map((invocation) => [invocation]))];
}

interface RunSettings {
  /** @default that of `destinations` */
  readonly sender?: Topology;
  /** Instead of `rung` and `answer`. */
  readonly doorbell?: Doorbell;
}

/** Both functions of a pipeline with an exchange, warm, over the same stores. */
export class ExchangeRun {
  readonly exchange = before.sendsTo as Exchange;
  /** Receivers that were rung since the last call. */
  readonly rung = new Set<number>();
  counted = 0;
  late = 0;
  commits = 0;
  calls = 0;
  receiverCommits = 0;
  readonly #sender: Processor;
  readonly #receiver: Processor;

  constructor(
    stores: Stores,
    sink: Sink,
    partitions: readonly SourcePartition[],
    { sender = before, doorbell }: RunSettings = {},
  ) {
    const shards = new MemoryShards();
    for (const { partition } of partitions)
      shards.known.set(partition, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
    const ring = async (_exchange: string, receivers: readonly number[]): Promise<void> => {
      for (const receiver of receivers) this.rung.add(receiver);
    };
    this.#sender = { ...freshProcessor(sender, stores, sink), shards, doorbell: doorbell ?? { ring } };
    this.#receiver = freshProcessor(behind, stores, sink);
  }

  async send({ partition, event }: Invocation): Promise<void> {
    for (const records of batchesOf(event)) {
      const { commits } = await processBatch(this.#sender, { partition, records });
      this.commits += commits;
    }
  }

  /** Each receiver that was rung, once, side by side. */
  async answer(): Promise<void> {
    const rung = [...this.rung];
    this.rung.clear();
    await Promise.all(rung.map((receiver) => this.call(receiver)));
  }

  /** All of them, until nothing is left. */
  async drain(): Promise<void> {
    for (let receiver = 0; receiver < this.exchange.receivers; receiver++) await this.call(receiver);
  }

  async call(receiver: number): Promise<void> {
    const report: ReceiveReport = await receive(this.#receiver, receiver);
    this.calls += 1;
    this.receiverCommits += report.commits;
    this.counted += report.counted;
    this.late += report.lateRecords;
  }
}

export const partitionsOf = (load: readonly Invocation[]): SourcePartition[] => [
  ...new Map(load.map(({ partition }) => [partition.partition, partition])).values(),
];
