import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { kinesis } from '../../engine/index.ts';
import type { InputRecord } from '../../local/inputs/input.ts';
import { ndjsonInput, ndjsonRecords } from '../../local/inputs/ndjson.ts';
import { selectInput } from '../../local/inputs/select-input.ts';
import { Departure } from '../../pipelines/flights.ts';

async function all(pieces: AsyncIterable<readonly InputRecord[]>): Promise<InputRecord[]> {
  const records: InputRecord[] = [];
  for await (const piece of pieces) records.push(...piece);
  return records;
}

/** How many records each of four shards gets. */
function perShard(records: readonly InputRecord[]): number[] {
  const counts = [0, 0, 0, 0];
  for (const { partitionKey } of records) {
    const shard = Number((hashOfKey(partitionKey) * 4n) / (MAX_HASH + 1n));
    counts[shard] = (counts[shard] as number) + 1;
  }
  return counts;
}

describe('records for a source without a partition key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-spread-'));
  const path = join(folder, 'in.ndjson');
  afterAll(() => rmSync(folder, { recursive: true }));
  const lines = Array.from({ length: 400 }, () => '{"k":"one"}\n').join('');

  it('come from a file spread over all shards, each with the same partition key in every run', async () => {
    writeFileSync(path, lines);
    const input = await ndjsonInput(path, undefined);
    const records = await all(input.read(0, 400));
    expect(Math.min(...perShard(records))).toBeGreaterThan(60);
    expect(await all(input.read(390, 400))).toEqual(records.slice(390));
    const keyed = await all((await ndjsonInput(path, 'k')).read(0, 400));
    expect([...perShard(keyed)].sort()).toEqual([0, 0, 0, 400]);
  });

  it('come from standard input with partition keys that no other call repeats', async () => {
    const read = () => all(ndjsonRecords(chunksOf(lines), undefined));
    const records = [...(await read()), ...(await read())];
    expect(new Set(records.map(({ partitionKey }) => partitionKey)).size).toBe(800);
    expect(Math.min(...perShard(records))).toBeGreaterThan(120);
  });

  it('are those that a pipeline comes with, whatever producers would partition them by', async () => {
    const sources = [
      kinesis({ stream: 'd', partitionKey: 'origin', schema: Departure }),
      kinesis({ stream: 'd', schema: Departure }),
    ];
    const [keyed, unkeyed] = await Promise.all(
      sources.map(async (source) => {
        const selected = await selectInput({ name: 'flights', source }, { skip: 100, records: 50 });
        return selected === undefined ? [] : all(selected.input.read(...selected.wanted));
      }),
    );
    expect(unkeyed?.map(({ data }) => data)).toEqual(keyed?.map(({ data }) => data));
    expect(unkeyed?.map(({ partitionKey }) => partitionKey)).toEqual(
      Array.from({ length: 50 }, (_, i) => String(100 + i)),
    );
  });
});

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
