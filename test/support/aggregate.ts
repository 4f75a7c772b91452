import { createHash } from 'node:crypto';
import protobuf from 'protobufjs/minimal.js';

/** A record before a producer packs it. */
export interface ToPack {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: string | Uint8Array;
}

/** Packs records as the Kinesis Producer Library does, each key once in its table. */
export function aggregateOf(records: readonly ToPack[]): Uint8Array {
  const keys = tableOf(records.map(({ partitionKey }) => partitionKey));
  const hashes = tableOf(
    records.flatMap(({ explicitHashKey }) => (explicitHashKey === undefined ? [] : [explicitHashKey])),
  );
  const writer = protobuf.Writer.create();
  for (const key of keys.keys()) writer.uint32(0x0a).string(key);
  for (const hash of hashes.keys()) writer.uint32(0x12).string(hash);
  for (const { partitionKey, explicitHashKey, data } of records) {
    writer.uint32(0x1a).fork();
    writer.uint32(0x08).uint64(keys.get(partitionKey) as number);
    if (explicitHashKey !== undefined) writer.uint32(0x10).uint64(hashes.get(explicitHashKey) as number);
    writer.uint32(0x1a).bytes(typeof data === 'string' ? Buffer.from(data) : data);
    writer.ldelim();
  }
  return sealed(writer.finish());
}

/** Any bytes with the magic before and their MD5 behind. */
export function sealed(body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2), body, createHash('md5').update(body).digest()]);
}

function tableOf(texts: readonly string[]): Map<string, number> {
  const table = new Map<string, number>();
  for (const text of texts) if (!table.has(text)) table.set(text, table.size);
  return table;
}
