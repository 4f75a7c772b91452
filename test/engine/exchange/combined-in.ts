import { decompress } from '../../../engine/codec/compression.ts';
import { ByteReader } from '../../../engine/codec/bytes.ts';
import { decodeRows } from '../../../engine/exchange/rows.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { readBody } from '../../../engine/partition-log/read-body.ts';
import type { ExchangeWorld } from './exchange-world.ts';

async function rowBytes({ world }: ExchangeWorld, { sent }: LogEntry): Promise<Uint8Array | undefined> {
  return sent?.rows === undefined ? undefined : decompress((await readBody(world.blobs, sent.rows)) as Uint8Array);
}

/** The parts of an entry, one for each receiver that has rows in it, as code that knows no combined rows reads them. */
export async function partsOf(world: ExchangeWorld, entry: LogEntry): Promise<object[]> {
  const bytes = await rowBytes(world, entry);
  if (bytes === undefined) return [];
  const reader = new ByteReader(bytes);
  const parts = Array.from({ length: reader.varint() }, () => reader.blob());
  return parts.filter(({ length }) => length > 0).map((part) => JSON.parse(new TextDecoder().decode(part)) as object);
}

/** How many rows of all that the rings of the first senders hold travelled within another one. */
export async function combinedIn(world: ExchangeWorld): Promise<number> {
  const { receivers } = world.exchange;
  const takes = world.instance().receiver.topology.takesCombined;
  let combined = 0;
  for (const shard of world.catalog.known.keys())
    for (const entry of await world.world.entries(world.shardLog(shard))) {
      const bytes = await rowBytes(world, entry);
      if (bytes === undefined) continue;
      for (let receiver = 0; receiver < receivers; receiver++)
        for (const { partial } of decodeRows(bytes, receiver, receivers, takes))
          combined += partial === undefined ? 0 : partial.records - 1;
    }
  return combined;
}
