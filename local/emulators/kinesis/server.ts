/**
 * Kinesis on this machine: the calls of producers, consumers and of those who split and merge, as the SDKs make them.
 *
 * ```
 * POST ──► JSON or CBOR ──► call ──► stream store ──► stream.json, one log per shard
 * ```
 */
import type { IncomingMessage, Server } from 'node:http';
import { httpService, requestedCall, type Reply } from '../http-service.ts';
import { ServiceError } from '../service-error.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { listShards } from './list-shards.ts';
import { getRecords, getShardIterator, putRecord, putRecords } from './record-calls.ts';
import { Request } from './request.ts';
import * as streams from './stream-calls.ts';
import { StreamStore } from './stream-store.ts';

type Call = (store: StreamStore, request: Request, nowMs: number) => object | undefined;

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['CreateStream', streams.createStream],
  ['DecreaseStreamRetentionPeriod', streams.decreaseStreamRetentionPeriod],
  ['DeleteStream', streams.deleteStream],
  ['DescribeStream', streams.describeStream],
  ['DescribeStreamSummary', streams.describeStreamSummary],
  ['GetRecords', getRecords],
  ['GetShardIterator', getShardIterator],
  ['IncreaseStreamRetentionPeriod', streams.increaseStreamRetentionPeriod],
  ['ListShards', listShards],
  ['ListStreams', streams.listStreams],
  ['MergeShards', streams.mergeShards],
  ['PutRecord', putRecord],
  ['PutRecords', putRecords],
  ['SplitShard', streams.splitShard],
]);

const TARGET = 'Kinesis_20131202.';
const JSON_TYPE = 'application/x-amz-json-1.1';
const CBOR_TYPE = 'application/x-amz-cbor-1.1';
/** 10 MiB of records in base 64, and their envelope. */
const MAX_BODY_BYTES = 15 * 1_048_576;

/** @param folder of its streams; one server at a time works in it */
export function kinesisServer(folder: string): Server {
  const store = new StreamStore(folder);
  return httpService({
    maxBodyBytes: MAX_BODY_BYTES,
    answer: (request, body) => answer(store, request, body),
    close: () => store.close(),
  });
}

function answer(store: StreamStore, request: IncomingMessage, body: Buffer): Reply {
  const isCbor = request.headers['content-type']?.split(';')[0]?.trim() === CBOR_TYPE;
  const contentType = isCbor ? CBOR_TYPE : JSON_TYPE;
  const encoded = (reply: object): Buffer => (isCbor ? encodeCbor(reply) : Buffer.from(JSON.stringify(asJson(reply))));
  try {
    const reply = called(store, request, body, isCbor);
    return { status: 200, contentType, body: reply === undefined ? Buffer.alloc(0) : encoded(reply) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { type, message } = error;
    return {
      status: 400,
      contentType,
      body: encoded({ __type: type, message }),
      headers: { 'x-amzn-ErrorType': type },
    };
  }
}

function called(store: StreamStore, request: IncomingMessage, body: Buffer, isCbor: boolean): object | undefined {
  const call = requestedCall(request, TARGET, CALLS);
  const members = decoded(body, isCbor);
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw new ServiceError('SerializationException', 'The body must be a structure');
  return call(store, new Request(members as Readonly<Record<string, unknown>>, isCbor ? 1 : 1000), Date.now());
}

function decoded(body: Buffer, isCbor: boolean): unknown {
  try {
    return isCbor ? decodeCbor(body) : JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) throw new ServiceError('SerializationException', error.message);
    throw error;
  }
}

/** Bytes as base 64, times in seconds. */
function asJson(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) members[name] = asJson(member);
  return members;
}
