import type { KinesisStreamRecord } from 'aws-lambda';
import { decodeKinesisEvent } from '../../adapters/kinesis/decode-event.ts';
import { HashRanges } from '../../adapters/kinesis/hash-ranges.ts';
import { sourceBatches } from '../../adapters/kinesis/source-batches.ts';
import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import type { Topology } from '../../engine/topology.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import type { Lineage } from '../../engine/ports.ts';
import { processBatch, type BatchReport } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { topologyOf } from '../engine/support/readings.ts';
import { World } from '../engine/support/world.ts';
import { SHARD } from '../support/samples.ts';

export const WHOLE: Lineage = { fromHash: 0n, toHash: MAX_HASH, parents: [] };

/** What a producer puts. */
export interface Put {
  readonly partitionKey: string;
  readonly data: string | Uint8Array;
}

/** A record of Lambda's event. Arrives at 1000. */
export function eventRecord(
  sequenceNumber: number | bigint,
  { partitionKey, data }: Put,
  shard: string = SHARD.partition,
): KinesisStreamRecord {
  return {
    eventID: `${shard}:${sequenceNumber}`,
    eventSourceARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/departures',
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/r',
    awsRegion: 'us-east-1',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber: String(sequenceNumber),
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: 1,
    },
  };
}

export function reading(key: string, timeMs: number, value = 1): Put {
  return { partitionKey: key, data: JSON.stringify({ key, timeMs, value }) };
}

/** A stream with its function, from Lambda's event to the lake: everything but AWS itself. */
export class HostileStream {
  readonly world: World;
  readonly lake = new MemoryBlobStore();
  readonly shards = new MemoryShards();
  readonly reports: BatchReport[] = [];
  readonly #processor: Processor;
  readonly #ranges: HashRanges;

  constructor(topology: Topology = topologyOf({ maxOutOfOrdernessMs: 100 })) {
    this.world = new World({ topology });
    this.shards.known.set(SHARD.partition, WHOLE);
    this.shards.remains = () => 'ended';
    const { processor } = this.world.instance();
    this.#processor = {
      ...processor,
      shards: this.shards,
      sinks: [this.world.sink, new LakeSink({ blobs: this.lake, pipeline: topology.name, results: 'results' })],
    };
    this.#ranges = new HashRanges(this.shards);
  }

  /** One invocation. */
  async invoke(...Records: KinesisStreamRecord[]): Promise<void> {
    for (const { shardId, records } of decodeKinesisEvent({ Records })) {
      const partition: SourcePartition = { ...SHARD, partition: shardId };
      for (const batch of sourceBatches(records, await this.#ranges.of(partition))) {
        this.reports.push(await processBatch(this.#processor, { partition, records: batch }));
      }
    }
  }

  /** How many records became what, so far. */
  get totals(): { in: number; counted: number; late: number; dead: number } {
    const sum = (name: 'recordsIn' | 'lateRecords' | 'deadLetters') =>
      this.reports.reduce((total, report) => total + report[name], 0);
    const [records, late, dead] = [sum('recordsIn'), sum('lateRecords'), sum('deadLetters')];
    return { in: records, counted: records - late - dead, late, dead };
  }

  /** The state's hash as a stranger rebuilds it from the log. @throws when it is not what the log says */
  async rebuiltHash(shard: string = SHARD.partition): Promise<number> {
    const logId = logIdOf({ ...SHARD, partition: shard });
    const stranger = this.world.instance().processor.logs;
    const hash = await stranger.use({ ...SHARD, partition: shard }, async ({ state }) => state.stateHash);
    const head = (await this.world.entries(logId)).at(-1);
    if (head?.stateHash !== hash) throw new Error(`head of ${logId} says ${head?.stateHash}, rebuilt ${hash}`);
    return hash;
  }
}
