import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../../adapters/memory/log-store.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { PartitionLog } from '../../../engine/partition-log/partition-log.ts';
import { PartitionLogs } from '../../../engine/partition-log/partition-logs.ts';
import { PACKING, type Packing } from '../../../engine/partition-log/snapshot-writer.ts';
import { processBatch, type BatchReport } from '../../../engine/process-batch.ts';
import type { Processor } from '../../../engine/processor.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import type { UserCode } from '../../../engine/user-code/user-code.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { SHARD } from '../../support/samples.ts';
import { FailingBlobStore } from './failing-blob-store.ts';
import { topologyOf } from './readings.ts';
import { RecordingSink } from './recording-sink.ts';
import { ScriptedLogStore } from './scripted-log-store.ts';

export interface WorldSettings {
  readonly topology?: Topology;
  readonly slots?: number;
  readonly inlineLimitBytes?: number;
  readonly recoveryMs?: number;
  readonly packing?: Packing;
  /** @default none: what does not end is not stopped */
  readonly userCode?: UserCode | undefined;
}

/** All that outlives a function instance: the tables, the bucket, the sinks. */
export class World {
  readonly logs = new ScriptedLogStore(new MemoryLogStore());
  readonly clock = new RecordingClock();
  readonly blobs = new FailingBlobStore(new MemoryBlobStore(this.clock));
  readonly sink = new RecordingSink();
  readonly logId = logIdOf(SHARD);
  readonly settings: Required<WorldSettings>;
  /** The beginning of every commit's id: worlds that write into the same lake need one each. */
  commitIds = 'id';
  #ids = 0;

  constructor({
    topology = topologyOf(),
    slots = 8,
    inlineLimitBytes = 32_768,
    recoveryMs = 0,
    packing = PACKING,
    userCode = undefined,
  }: WorldSettings = {}) {
    this.settings = { topology, slots, inlineLimitBytes, recoveryMs, packing, userCode };
  }

  /** A fresh instance with nothing in memory. */
  instance(changes: WorldSettings = {}): Instance {
    const { topology, slots, inlineLimitBytes, recoveryMs, packing, userCode } = { ...this.settings, ...changes };
    const { logs, blobs, clock } = this;
    const random = { id: () => `${this.commitIds}-${++this.#ids}`, unit: () => 0.5 };
    const partitionLogs = new PartitionLogs(
      { topology, logs, blobs, clock, random, slots, inlineLimitBytes, recoveryMs, packing, userCode },
      1_000_000,
    );
    return new Instance({ topology, logs: partitionLogs, sinks: [this.sink], shards: new MemoryShards(), userCode });
  }

  /** What the ring holds now, ascending. */
  async entries(logId = this.logId): Promise<LogEntry[]> {
    const slots = Array.from({ length: this.settings.slots }, (_, slot) => slot);
    return (await this.logs.read(logId, slots)).sort((a, b) => a.version - b.version);
  }

  async head(): Promise<LogEntry> {
    return (await this.entries()).at(-1) as LogEntry;
  }
}

/** One function instance, warm from its second batch on. */
export class Instance {
  readonly processor: Processor;

  constructor(processor: Processor) {
    this.processor = processor;
  }

  process(...records: SourceRecord[]): Promise<BatchReport> {
    return processBatch(this.processor, { partition: SHARD, records });
  }

  use<T>(work: (log: PartitionLog) => Promise<T>): Promise<T> {
    return this.processor.logs.use(SHARD, work);
  }
}
