import { invalidArgument, invalidValue } from './service-error.ts';
import { iteratorOf, positionAsked, positionIn } from './positions.ts';
import type { Request } from './request.ts';
import { sequenceNumber } from './sequence-number.ts';
import { hashKeyOf, type Shard, type Stream } from './stream.ts';
import { rangeOf } from './stream-calls.ts';
import type { StreamStore } from './stream-store.ts';

const MAX_RECORD_BYTES = 1_048_576;
const MAX_KEY_LENGTH = 256;
const MAX_PUT_RECORDS = 500;
const MAX_PUT_BYTES = 10 * 1_048_576;
const MAX_GET_RECORDS = 10_000;
const MAX_GET_BYTES = 10 * 1_048_576;
const HOUR_MS = 3_600_000;
const MAX_HASH = 2n ** 128n - 1n;

interface Entry {
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly hash: bigint;
}

export interface Placed {
  readonly ShardId: string;
  readonly SequenceNumber: string;
}

export function putRecord(store: StreamStore, request: Request, nowMs: number): object {
  const [placed] = put(store.stream(request.streamName()), [entryOf(request)], nowMs);
  return { ...placed, EncryptionType: 'NONE' };
}

export function putRecords(store: StreamStore, request: Request, nowMs: number): object {
  const stream = store.stream(request.streamName());
  const requests = request.objects('Records');
  if (requests.length === 0 || requests.length > MAX_PUT_RECORDS)
    throw invalidValue(
      `Value at 'records' failed to satisfy constraint: Member must have length in [1, ${MAX_PUT_RECORDS}]`,
    );
  const entries = requests.map(entryOf);
  const bytes = entries.reduce((sum, { partitionKey, data }) => sum + Buffer.byteLength(partitionKey) + data.length, 0);
  if (bytes > MAX_PUT_BYTES) throw invalidArgument(`Records size exceeds ${MAX_PUT_BYTES} bytes, got ${bytes}.`);
  return { FailedRecordCount: 0, Records: put(stream, entries, nowMs), EncryptionType: 'NONE' };
}

export function getShardIterator(store: StreamStore, request: Request, nowMs: number): object {
  return { ShardIterator: iteratorOf(positionAsked(store, request, nowMs), nowMs) };
}

export function getRecords(store: StreamStore, request: Request, nowMs: number): object {
  const limit = request.integer('Limit', [1, MAX_GET_RECORDS], MAX_GET_RECORDS);
  const { stream, shard, index } = positionIn(store, request.requiredText('ShardIterator'), nowMs);
  const log = stream.log(shard);
  const from = Math.max(index, log.firstSince(nowMs - stream.retentionHours * HOUR_MS));
  const records = log.read(from, limit, MAX_GET_BYTES);
  const next = from + records.length;
  const isAtEnd = shard.closedAtMs !== undefined && next >= log.count;
  return {
    Records: records.map(({ partitionKey, data, arrivedAtMs }, i) => ({
      SequenceNumber: numberOf(shard, from + i, arrivedAtMs),
      ApproximateArrivalTimestamp: new Date(arrivedAtMs),
      Data: data,
      PartitionKey: partitionKey,
      EncryptionType: 'NONE',
    })),
    MillisBehindLatest: Math.max(0, nowMs - (log.arrivedAtMs(next) ?? nowMs)),
    ...(isAtEnd
      ? { ChildShards: childrenOf(stream, shard) }
      : { NextShardIterator: iteratorOf({ stream, shard, index: next }, nowMs) }),
  };
}

/** @returns where each of them is, in their order */
function put(stream: Stream, entries: readonly Entry[], nowMs: number): Placed[] {
  const groups = new Map<Shard, number[]>();
  for (const [i, { hash }] of entries.entries()) {
    const shard = stream.shardOf(hash);
    const group = groups.get(shard);
    if (group === undefined) groups.set(shard, [i]);
    else group.push(i);
  }
  const placed = new Array<Placed>(entries.length);
  for (const [shard, members] of groups) {
    const log = stream.log(shard);
    const first = log.count;
    const arrivedAtMs = log.append(
      members.map((i) => entries[i] as Entry),
      nowMs,
    );
    for (const [n, i] of members.entries())
      placed[i] = { ShardId: shard.id, SequenceNumber: numberOf(shard, first + n, arrivedAtMs) };
  }
  return placed;
}

function entryOf(request: Request): Entry {
  const partitionKey = request.requiredText('PartitionKey');
  if (partitionKey.length === 0 || partitionKey.length > MAX_KEY_LENGTH)
    throw invalidValue(
      `Value at 'partitionKey' failed to satisfy constraint: Member must have length in [1, ${MAX_KEY_LENGTH}]`,
    );
  const explicit = request.text('ExplicitHashKey');
  if (explicit !== undefined && (!/^(0|[1-9]\d{0,38})$/.test(explicit) || BigInt(explicit) > MAX_HASH))
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    );
  const data = request.bytes('Data', MAX_RECORD_BYTES);
  return { partitionKey, data, hash: explicit === undefined ? hashKeyOf(partitionKey) : BigInt(explicit) };
}

function numberOf({ index, createdSeconds }: Shard, place: number, arrivedAtMs: number): string {
  return sequenceNumber({ shardIndex: index, createdSeconds }, place + 1, Math.floor(arrivedAtMs / 1000));
}

function childrenOf(stream: Stream, parent: Shard): object[] {
  return stream.shards
    .filter(({ parents }) => parents.includes(parent.index))
    .map((shard) => ({
      ShardId: shard.id,
      ParentShards: shard.parents.map((index) => stream.shards[index]?.id),
      HashKeyRange: rangeOf(shard),
    }));
}
