import { decompress } from '../../../engine/codec/compression.ts';
import { ByteReader } from '../../../engine/codec/bytes.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { readBody } from '../../../engine/partition-log/read-body.ts';
import type { ExchangeWorld } from './exchange-world.ts';

/** What is stored of the rows of an entry, a part for each receiver that has some. */
export async function partsOf({ world }: ExchangeWorld, { sent }: LogEntry): Promise<object[]> {
  if (sent?.rows === undefined) return [];
  const reader = new ByteReader(decompress((await readBody(world.blobs, sent.rows)) as Uint8Array));
  const parts = Array.from({ length: reader.varint() }, () => reader.blob());
  return parts.filter(({ length }) => length > 0).map((part) => JSON.parse(new TextDecoder().decode(part)) as object);
}

/** How many rows of all that the rings of the first senders hold travelled within another one. */
export async function combinedIn(world: ExchangeWorld): Promise<number> {
  let combined = 0;
  for (const shard of world.catalog.known.keys())
    for (const entry of await world.world.entries(world.shardLog(shard)))
      for (const part of await partsOf(world, entry)) {
        const { partials } = part as { readonly partials?: { readonly records: readonly number[] } };
        for (const records of partials?.records ?? []) combined += records - 1;
      }
  return combined;
}
