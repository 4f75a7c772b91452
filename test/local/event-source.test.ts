import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent } from 'aws-lambda';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checkpoints } from '../../local/event-source/checkpoints.ts';
import { EventSource } from '../../local/event-source/event-source.ts';
import { testStream, type TestStream } from './support/stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-source-'));
const path = join(folder, 'checkpoints.json');
const texts = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, '0')}`);
const bodies = (event: KinesisStreamEvent): string[] =>
  event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());

describe('the event source', () => {
  let test: TestStream;
  beforeEach(async () => {
    rmSync(path, { force: true });
    test = await testStream();
  });
  afterEach(() => test.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  async function put(records: readonly string[]): Promise<void> {
    await test.client.send(
      new PutRecordsCommand({
        StreamName: 'departures',
        Records: records.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })),
      }),
    );
  }

  /** Runs until the stream is drained. */
  async function drain(invoke: (event: KinesisStreamEvent) => Promise<unknown>): Promise<void> {
    const checkpoints = new Checkpoints(path, test.stream.createdAtMs);
    const source = new EventSource({
      client: test.client,
      stream: test.stream,
      limits: { batchSize: 30, maxBatchingWindowMs: 10, maxPayloadBytes: 1_000_000 },
      checkpoints,
      invoke: (event) => invoke(event as KinesisStreamEvent),
      failed: () => undefined,
    });
    const beganAtMs = performance.now();
    const running = source.run();
    while (!(await source.drainedSince(beganAtMs)))
      await Promise.race([running, new Promise((done) => setTimeout(done, 5))]);
    await source.stop(1_000);
    await running;
    checkpoints.save();
  }

  it('hands over every record of every shard, in order, although the function fails', async () => {
    await put(texts('a', 200));
    const taken: string[] = [];
    let calls = 0;
    await drain(async (event) => {
      if (++calls % 3 === 0) throw new Error('down');
      expect(event.Records.length).toBeLessThanOrEqual(30);
      expect(new Set(event.Records.map(({ eventID }) => eventID.split(':')[0])).size).toBe(1);
      taken.push(...bodies(event));
    });
    const perShard = await test.records();
    const isFirst = (text: string): boolean => perShard.indexOf(text) < perShard.indexOf(boundary);
    const boundary = perShard.find((text, index) => index > 0 && text < String(perShard[index - 1])) ?? '';
    expect([...taken.filter(isFirst), ...taken.filter((text) => !isFirst(text))]).toEqual(perShard);
  });

  it('has one batch of a shard in flight at most', async () => {
    await put(texts('a', 200));
    const busy = new Set<string>();
    await drain(async (event) => {
      const shard = String(event.Records[0]?.eventID.split(':')[0]);
      expect(busy.has(shard)).toBe(false);
      busy.add(shard);
      await new Promise((done) => setTimeout(done, 3));
      busy.delete(shard);
    });
  });

  it('begins behind what an earlier run has saved as taken', async () => {
    await put(texts('a', 50));
    await drain(async () => undefined);
    await put(texts('b', 50));
    const taken: string[] = [];
    await drain(async (event) => void taken.push(...bodies(event)));
    expect(taken.sort()).toEqual(texts('b', 50));
  });

  it('repeats everything when the checkpoints are lost', async () => {
    await put(texts('a', 50));
    await drain(async () => undefined);
    rmSync(path);
    const taken: string[] = [];
    await drain(async (event) => void taken.push(...bodies(event)));
    expect(taken.sort()).toEqual(texts('a', 50));
  });

  it('is not drained before it has read at all', async () => {
    const source = new EventSource({
      client: test.client,
      stream: test.stream,
      limits: { batchSize: 30, maxBatchingWindowMs: 10, maxPayloadBytes: 1_000_000 },
      checkpoints: new Checkpoints(path, test.stream.createdAtMs),
      invoke: () => Promise.resolve(),
      failed: () => undefined,
    });
    expect(await source.drainedSince(0)).toBe(false);
  });
});
