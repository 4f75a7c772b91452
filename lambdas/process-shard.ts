import type { ShardRecords } from '../adapters/kinesis/decode-event.ts';
import type { HashRanges } from '../adapters/kinesis/hash-ranges.ts';
import type { StreamIncarnations } from '../adapters/kinesis/incarnations.ts';
import { sourceBatches } from '../adapters/kinesis/source-batches.ts';
import { processBatch, type BatchReport } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import { hasKeysInPlace } from '../engine/topology.ts';

/** What takes the records of a Kinesis shard. */
export interface ShardProcessor {
  readonly processor: Processor;
  readonly incarnations: Pick<StreamIncarnations, 'of'>;
  readonly ranges: HashRanges;
  /** Records of one commit. @default MAX_BATCH_RECORDS */
  readonly maxRecords?: number;
}

/** The records of one shard in one invocation: of which stream they are, which of them count here, and their batches. */
export async function* processShard(
  { processor, incarnations, ranges, maxRecords }: ShardProcessor,
  shard: ShardRecords,
): AsyncGenerator<BatchReport> {
  const begunMs = processor.logs.clock.nowMs();
  const { streamArn, streamName, shardId, records } = shard;
  const incarnation = await incarnations.of(streamArn, records);
  const partition = {
    pipeline: processor.topology.name,
    stage: '0',
    source: streamName,
    incarnation,
    partition: shardId,
  };
  const placement = hasKeysInPlace(processor.topology) ? 'shards' : 'exchange';
  for (const batch of sourceBatches(records, await ranges.of(partition), maxRecords, placement)) {
    yield processBatch(processor, { partition, records: batch, begunMs });
  }
}
