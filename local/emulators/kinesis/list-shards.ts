import { ServiceError } from '../service-error.ts';
import { invalidArgument } from './service-error.ts';
import type { Request } from './request.ts';
import { shardOf } from './stream-calls.ts';
import type { Shard, Stream } from './stream.ts';
import type { StreamStore } from './stream-store.ts';

const MAX_PAGE = 10_000;
const HOUR_MS = 3_600_000;

interface Listing {
  readonly name: string;
  readonly createdAtMs: number;
  readonly after: string;
  /** What a page takes over from the one before. */
  readonly ids?: readonly string[];
}

/** The shards that a filter lets through are those of the first page's moment: later pages go on from them. */
export function listShards(store: StreamStore, request: Request, nowMs: number): object {
  const token = request.text('NextToken');
  if (token !== undefined && request.has('StreamName'))
    throw invalidArgument('NextToken and StreamName cannot be provided together.');
  const listing = token === undefined ? undefined : listingIn(token);
  const stream = store.stream(listing?.name ?? request.streamName());
  if (listing !== undefined && listing.createdAtMs !== stream.createdAtMs) throw invalidToken();
  const after = listing?.after ?? request.text('ExclusiveStartShardId') ?? '';
  const ids = listing?.ids ?? filtered(stream, request.object('ShardFilter'), nowMs)?.map(({ id }) => id);
  const shards = stream.shards.filter(({ id }) => id > after && (ids?.includes(id) ?? true));
  const page = shards.slice(0, request.integer('MaxResults', [1, MAX_PAGE], 1_000));
  return {
    Shards: page.map((shard) => shardOf(shard)),
    ...(page.length === shards.length
      ? {}
      : {
          NextToken: tokenOf({
            name: stream.name,
            createdAtMs: stream.createdAtMs,
            after: page.at(-1)?.id ?? '',
            ...(ids === undefined ? {} : { ids }),
          }),
        }),
  };
}

/** @returns undefined: all */
function filtered(stream: Stream, filter: Request | undefined, nowMs: number): readonly Shard[] | undefined {
  if (filter === undefined) return undefined;
  const type = filter.requiredText('Type');
  const horizonMs = nowMs - stream.retentionHours * HOUR_MS;
  switch (type) {
    case 'AFTER_SHARD_ID': {
      const after = filter.requiredText('ShardId');
      return stream.shards.filter(({ id }) => id > after);
    }
    case 'AT_LATEST':
      return stream.openShards;
    case 'AT_TRIM_HORIZON':
      return stream.shards.filter((shard) => isOpenAt(stream, shard, horizonMs));
    case 'FROM_TRIM_HORIZON':
      return stream.shards.filter((shard) => (shard.closedAtMs ?? nowMs) >= horizonMs);
    case 'AT_TIMESTAMP':
    case 'FROM_TIMESTAMP': {
      const timeMs = filter.timeMs('Timestamp');
      if (timeMs === undefined) throw invalidArgument(`ShardFilter ${type} must have a Timestamp.`);
      return type === 'AT_TIMESTAMP'
        ? stream.shards.filter((shard) => isOpenAt(stream, shard, timeMs))
        : stream.shards.filter((shard) => (shard.closedAtMs ?? nowMs) >= timeMs);
    }
    default:
      throw invalidArgument(`Invalid ShardFilter type ${type}.`);
  }
}

/** A time before the stream counts as that of its first shards. */
function isOpenAt(stream: Stream, { parents, closedAtMs }: Shard, timeMs: number): boolean {
  const openedAtMs = Math.max(0, ...parents.map((index) => stream.shards[index]?.closedAtMs ?? 0));
  return openedAtMs <= timeMs && (closedAtMs === undefined || closedAtMs > timeMs);
}

function tokenOf(listing: Listing): string {
  return Buffer.from(JSON.stringify(listing)).toString('base64');
}

function listingIn(token: string): Listing {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Listing;
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidToken();
    throw error;
  }
}

function invalidToken(): ServiceError {
  return new ServiceError(
    'ExpiredNextTokenException',
    'The NextToken is not one of this stream, ask for the first page.',
  );
}
