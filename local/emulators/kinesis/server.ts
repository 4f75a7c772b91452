/**
 * Kinesis on this machine: the calls of producers, consumers and of those who split and merge, as the SDKs make them.
 *
 * ```
 * POST ──► JSON or CBOR ──► call ──► stream store ──► stream.json, one log per shard
 * ```
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { listShards } from './list-shards.ts';
import { getRecords, getShardIterator, putRecord, putRecords } from './record-calls.ts';
import { Request } from './request.ts';
import { ServiceError } from './service-error.ts';
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
  const server = createServer((request, response) => {
    let bytes = 0;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    // What a call throws beside a refusal, e.g. of a full disk, ends the server: what it would answer is not known.
    request.on('end', () => answer(store, request, Buffer.concat(chunks), response));
  });
  server.on('close', () => store.close());
  return server;
}

function answer(store: StreamStore, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const isCbor = request.headers['content-type']?.split(';')[0]?.trim() === CBOR_TYPE;
  let status = 200;
  let reply: object | undefined;
  try {
    reply = called(store, request, body, isCbor);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    status = 400;
    reply = { __type: error.type, message: error.message };
    response.setHeader('x-amzn-ErrorType', error.type);
  }
  const bytes =
    reply === undefined ? Buffer.alloc(0) : isCbor ? encodeCbor(reply) : Buffer.from(JSON.stringify(asJson(reply)));
  response.writeHead(status, {
    'content-type': isCbor ? CBOR_TYPE : JSON_TYPE,
    'content-length': bytes.length,
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(bytes);
}

function called(
  store: StreamStore,
  { method, headers, url = '' }: IncomingMessage,
  body: Buffer,
  isCbor: boolean,
): object | undefined {
  const target = String(headers['x-amz-target']);
  const call = target.startsWith(TARGET) ? CALLS.get(target.slice(TARGET.length)) : undefined;
  if (method !== 'POST' || call === undefined)
    throw new ServiceError('UnknownOperationException', `No such call: ${target}`);
  // A page of the web in the user's browser cannot send it unasked.
  if (headers.authorization === undefined && !url.includes('X-Amz-Algorithm='))
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
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
