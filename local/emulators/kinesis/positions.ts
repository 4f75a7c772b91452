import { ServiceError } from '../service-error.ts';
import { invalidArgument, notFound } from './service-error.ts';
import { parseSequenceNumber } from './sequence-number.ts';
import type { Request } from './request.ts';
import type { Shard, Stream } from './stream.ts';
import type { StreamStore } from './stream-store.ts';

/** Where a reader of a shard is. */
export interface Position {
  readonly stream: Stream;
  readonly shard: Shard;
  /** Of the next record to read. */
  readonly index: number;
}

const VERSION = '1';
const EXPIRES_MS = 300_000;

/** For clients it is opaque. */
export function iteratorOf({ stream, shard, index }: Position, nowMs: number): string {
  return Buffer.from([VERSION, nowMs, stream.name, stream.createdAtMs, shard.index, index].join('/')).toString(
    'base64',
  );
}

/** @throws InvalidArgumentException · ExpiredIteratorException · ResourceNotFoundException */
export function positionIn(store: StreamStore, iterator: string, nowMs: number): Position {
  const [version, atMs, name = '', createdAtMs, shardIndex, index, ...more] = Buffer.from(iterator, 'base64')
    .toString()
    .split('/');
  const numbers = [atMs, createdAtMs, shardIndex, index].map((text) =>
    /^\d{1,16}$/.test(text ?? '') ? Number(text) : -1,
  );
  if (version !== VERSION || more.length > 0 || numbers.some((number) => number < 0))
    throw invalidArgument('Invalid ShardIterator.');
  const [at = 0, created, shardNumber = 0, next = 0] = numbers;
  if (nowMs - at > EXPIRES_MS)
    throw new ServiceError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${at} while right now it is ${nowMs} which is further in the future than the tolerated delay of ${EXPIRES_MS} milliseconds.`,
    );
  const stream = store.stream(name);
  const shard = stream.shards[shardNumber];
  if (shard === undefined || stream.createdAtMs !== created)
    throw notFound(`Shard ${shardNumber} in stream ${name} under account 000000000000`);
  return { stream, shard, index: next };
}

/** What GetShardIterator asks for. */
export function positionAsked(store: StreamStore, request: Request, nowMs: number): Position {
  const stream = store.stream(request.streamName());
  const shard = shardNamed(stream, request.requiredText('ShardId'));
  return { stream, shard, index: indexAsked(stream, shard, request, nowMs) };
}

/** @throws ResourceNotFoundException */
export function shardNamed(stream: Stream, id: string): Shard {
  const shard = stream.shards.find((one) => one.id === id);
  if (shard === undefined) throw notFound(`Shard ${id} in stream ${stream.name} under account 000000000000`);
  return shard;
}

function indexAsked(stream: Stream, shard: Shard, request: Request, nowMs: number): number {
  const type = request.requiredText('ShardIteratorType');
  const number = request.text('StartingSequenceNumber');
  switch (type) {
    case 'TRIM_HORIZON':
    case 'LATEST':
      if (number !== undefined) throw invalidArgument(`${type} does not take a StartingSequenceNumber.`);
      return type === 'LATEST' ? stream.log(shard).count : 0;
    case 'AT_TIMESTAMP':
      return stream.log(shard).firstSince(timeAsked(request, nowMs));
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER':
      return Math.max(0, indexOf(shard, number) + (type === 'AFTER_SEQUENCE_NUMBER' ? 1 : 0));
    default:
      throw invalidArgument(`Invalid ShardIteratorType ${type}.`);
  }
}

function timeAsked(request: Request, nowMs: number): number {
  const timeMs = request.timeMs('Timestamp');
  if (timeMs === undefined)
    throw invalidArgument('Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP.');
  if (timeMs > nowMs)
    throw invalidArgument(
      `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timeMs}, currentTimestampInMillis: ${nowMs}`,
    );
  return timeMs;
}

/** @returns -1 for the number that the shard starts with, which is that of no record */
function indexOf(shard: Shard, text: string | undefined): number {
  if (text === undefined) throw invalidArgument('Must specify a StartingSequenceNumber.');
  const number = parseSequenceNumber(text);
  if (number === undefined)
    throw invalidArgument(`StartingSequenceNumber ${text} used in GetShardIterator is invalid.`);
  if (number.shardIndex !== shard.index)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes shard ${number.shardIndex}, while it was used in a call to a shard with ${shard.id}`,
    );
  if (number.createdSeconds !== shard.createdSeconds)
    throw invalidArgument(`StartingSequenceNumber ${text} is invalid because it did not come from this stream.`);
  return Number(number.place > BigInt(Number.MAX_SAFE_INTEGER - 1) ? Number.MAX_SAFE_INTEGER - 1 : number.place) - 1;
}
