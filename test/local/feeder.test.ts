import { afterAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feed } from '../../local/feeder/feeder.ts';
import { kinesisTarget } from '../../local/feeder/kinesis-target.ts';
import { FeederJournal } from '../../local/feeder/journal.ts';
import type { Input } from '../../local/inputs/input.ts';
import { testStream, type TestStream } from './support/stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-feeder-'));
const path = join(folder, 'feeder.json');
const texts = (start: number, end: number): string[] =>
  Array.from({ length: end - start }, (_, i) => `record ${start + i}`);

const input: Input = {
  identity: 'numbers',
  label: 'numbers',
  length: 10_000,
  async *read(start, end) {
    for (let from = start; from < end; from += 100)
      yield texts(from, Math.min(from + 100, end)).map((text) => ({ partitionKey: text, data: Buffer.from(text) }));
  },
};

/** The process dies at its nth call: before the call gets out, or before its answer comes back. */
class Killed extends Error {}

function fail(error: unknown): never {
  throw (error as Error).cause;
}

function dyingClient(client: KinesisClient, nth: number, when: 'before' | 'after'): KinesisClient {
  let calls = 0;
  return new Proxy(client, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name) as unknown;
      return async (command: PutRecordsCommand) => {
        const dies = command instanceof PutRecordsCommand && ++calls >= nth;
        if (dies && when === 'before') throw new Killed();
        const answer = await target.send(command);
        if (dies) throw new Killed();
        return answer;
      };
    },
  });
}

describe('the feeder', () => {
  let test: TestStream;
  beforeEach(async () => {
    rmSync(path, { force: true });
    test = await testStream();
  });
  afterEach(() => test.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  /** One run of the program, which ends by itself. */
  async function run(start: number, end: number, from = input): Promise<void> {
    const journal = new FeederJournal(path, test.stream.createdAtMs);
    await feed(from, [start, end], {
      target: kinesisTarget(test.client, test.stream),
      journal,
      put: () => undefined,
      failed: fail,
      stopped: () => false,
    });
  }

  /** A run that dies loses all that was only in memory: the intent is the last it has written. */
  async function dyingRun(start: number, end: number, nth: number, when: 'before' | 'after'): Promise<void> {
    const journal = new FeederJournal(path, test.stream.createdAtMs);
    const client = dyingClient(test.client, nth, when);
    const props = {
      target: kinesisTarget(client, test.stream),
      journal,
      put: () => undefined,
      failed: fail,
      stopped: () => false,
    };
    await expect(feed(input, [start, end], props)).rejects.toBeInstanceOf(Killed);
  }

  it.each(['before', 'after'] as const)('puts each record once when it is killed %s a call', async (when) => {
    await dyingRun(0, 500, 3, when);
    await run(0, 500);
    expect((await test.records()).sort()).toEqual(texts(0, 500).sort());
  });

  it('puts each record once when a call had gone through in part', async () => {
    await dyingRun(0, 300, 2, 'before');
    const part = texts(100, 200).filter((_, index) => index % 3 === 0);
    await test.client.send(
      new PutRecordsCommand({
        StreamName: 'departures',
        Records: part.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })),
      }),
    );
    await run(0, 300);
    expect((await test.records()).sort()).toEqual(texts(0, 300).sort());
  });

  it('sends nothing twice when it is asked twice, and goes on seamlessly', async () => {
    await run(0, 200);
    await run(0, 200);
    await run(200, 300);
    await run(0, 400);
    expect((await test.records()).sort()).toEqual(texts(0, 400).sort());
  });

  it('clears up for one input what a run of another has left', async () => {
    await dyingRun(0, 200, 2, 'after');
    await run(0, 100, { ...input, identity: 'others' });
    await run(0, 200);
    expect((await test.records()).sort()).toEqual([...texts(0, 200), ...texts(0, 100)].sort());
  });

  it('forgets what it has sent into a stream that is no more', async () => {
    const journal = new FeederJournal(path, test.stream.createdAtMs - 1);
    journal.intend('numbers', 0, [{ partitionKey: 'k', data: Buffer.from('x') }]);
    journal.done({});
    journal.save();
    expect(new FeederJournal(path, test.stream.createdAtMs).missing('numbers', [0, 5])).toEqual([[0, 5]]);
  });
});
