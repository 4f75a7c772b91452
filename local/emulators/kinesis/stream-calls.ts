import { invalidArgument } from './service-error.ts';
import { shardNamed } from './positions.ts';
import type { Request } from './request.ts';
import { LAST_PLACE, sequenceNumber } from './sequence-number.ts';
import { shardId, type Shard, type Stream } from './stream.ts';
import type { StreamStore } from './stream-store.ts';

const MAX_NEW_SHARDS = 1_000;
const MAX_PAGE = 10_000;
const MIN_RETENTION_HOURS = 24;
const MAX_RETENTION_HOURS = 8_760;
const DEFAULT_RECORD_KIB = 1_024;

/** Streams are ready at once: there is no state but ACTIVE. */
export function createStream(store: StreamStore, request: Request, nowMs: number): undefined {
  store.create(request.streamName(), request.integer('ShardCount', [1, MAX_NEW_SHARDS], 1), nowMs);
}

export function deleteStream(store: StreamStore, request: Request): undefined {
  store.delete(request.streamName());
}

export function listStreams(store: StreamStore, request: Request): object {
  const limit = request.integer('Limit', [1, MAX_PAGE], 100);
  const after = request.text('NextToken') ?? request.text('ExclusiveStartStreamName') ?? '';
  const names = store.names.filter((name) => name > after);
  const page = names.slice(0, limit);
  const HasMoreStreams = names.length > page.length;
  return {
    StreamNames: page,
    StreamSummaries: page.map((name) => headOf(store.stream(name))),
    HasMoreStreams,
    ...(HasMoreStreams ? { NextToken: page.at(-1) } : {}),
  };
}

export function describeStream(store: StreamStore, request: Request): object {
  const stream = store.stream(request.streamName());
  const limit = request.integer('Limit', [1, MAX_PAGE], 100);
  const after = request.text('ExclusiveStartShardId') ?? '';
  const shards = stream.shards.filter(({ id }) => id > after);
  return {
    StreamDescription: {
      ...detailsOf(stream),
      Shards: shards.slice(0, limit).map((shard) => shardOf(shard)),
      HasMoreShards: shards.length > limit,
    },
  };
}

export function describeStreamSummary(store: StreamStore, request: Request): object {
  const stream = store.stream(request.streamName());
  return {
    StreamDescriptionSummary: {
      ...detailsOf(stream),
      OpenShardCount: stream.openShards.length,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: DEFAULT_RECORD_KIB,
    },
  };
}

export function increaseStreamRetentionPeriod(store: StreamStore, request: Request): undefined {
  changeRetention(store, request, (hours, has) => hours >= has, 'shorter', 'DecreaseRetentionPeriod');
}

export function decreaseStreamRetentionPeriod(store: StreamStore, request: Request): undefined {
  changeRetention(store, request, (hours, has) => hours <= has, 'longer', 'IncreaseRetentionPeriod');
}

export function splitShard(store: StreamStore, request: Request, nowMs: number): undefined {
  const stream = store.stream(request.streamName());
  const shard = openShard(stream, request.requiredText('ShardToSplit'));
  const text = request.requiredText('NewStartingHashKey');
  const at = /^\d{1,39}$/.test(text) ? BigInt(text) : -1n;
  if (at <= shard.from + 1n || at >= shard.to)
    throw invalidArgument(
      `NewStartingHashKey ${text} used in SplitShard() on shard ${shard.id} in stream ${stream.name} is not both greater than one plus the shard's StartingHashKey ${shard.from} and less than the shard's EndingHashKey ${shard.to}.`,
    );
  store.requireRoomFor(1);
  const lower = { fromHash: shard.fromHash, toHash: String(at - 1n) };
  stream.reshard([shard], [lower, { fromHash: String(at), toHash: shard.toHash }], nowMs);
}

export function mergeShards(store: StreamStore, request: Request, nowMs: number): undefined {
  const stream = store.stream(request.streamName());
  const shard = openShard(stream, request.requiredText('ShardToMerge'));
  const next = openShard(stream, request.requiredText('AdjacentShardToMerge'));
  const [low, high] = shard.from < next.from ? [shard, next] : [next, shard];
  if (low.to + 1n !== high.from)
    throw invalidArgument(
      `Shards ${shard.id} and ${next.id} in stream ${stream.name} are not an adjacent pair of shards eligible for merging`,
    );
  stream.reshard([shard, next], [{ fromHash: low.fromHash, toHash: high.toHash }], nowMs);
}

export function rangeOf({ fromHash, toHash }: Shard): object {
  return { StartingHashKey: fromHash, EndingHashKey: toHash };
}

export function shardOf(shard: Shard): object {
  const { parents, createdSeconds, index, closedAtMs, id } = shard;
  const [parent, adjacent] = parents.map((parentIndex) => shardId(parentIndex));
  const place = { shardIndex: index, createdSeconds };
  return {
    ShardId: id,
    ...(parent === undefined ? {} : { ParentShardId: parent }),
    ...(adjacent === undefined ? {} : { AdjacentParentShardId: adjacent }),
    HashKeyRange: rangeOf(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(place, 0, createdSeconds),
      ...(closedAtMs === undefined
        ? {}
        : { EndingSequenceNumber: sequenceNumber(place, LAST_PLACE, Math.floor(closedAtMs / 1000)) }),
    },
  };
}

function headOf({ name, createdAtMs }: Stream): object {
  return {
    StreamName: name,
    StreamARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    StreamCreationTimestamp: new Date(createdAtMs),
  };
}

function detailsOf(stream: Stream): object {
  return {
    ...headOf(stream),
    RetentionPeriodHours: stream.retentionHours,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  };
}

function openShard(stream: Stream, id: string): Shard {
  const shard = shardNamed(stream, id);
  if (shard.closedAtMs !== undefined)
    throw invalidArgument(`Shard ${id} in stream ${stream.name} is closed and takes no split or merge.`);
  return shard;
}

function changeRetention(
  store: StreamStore,
  request: Request,
  isAllowed: (hours: number, has: number) => boolean,
  wrong: string,
  other: string,
): undefined {
  const stream = store.stream(request.streamName());
  const hours = request.integer('RetentionPeriodHours', [1, MAX_RETENTION_HOURS], undefined);
  if (hours === undefined || hours < MIN_RETENTION_HOURS)
    throw invalidArgument(`Minimum allowed retention period is ${MIN_RETENTION_HOURS} hours, got ${hours}.`);
  if (!isAllowed(hours, stream.retentionHours))
    throw invalidArgument(
      `Requested retention period (${hours} hours) can not be ${wrong} than existing retention period (${stream.retentionHours} hours). Use ${other} API.`,
    );
  stream.change({ retentionHours: hours });
}
