import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readBell } from '../../../adapters/sqs/bell.ts';
import { SqsDoorbell } from '../../../adapters/sqs/doorbell.ts';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

const TAKEN = { status: 200, body: { Successful: [], Failed: [] } };

let server: ScriptedServer;
let doorbell: SqsDoorbell;
let nowMs: number;
let missed: Array<readonly [receivers: readonly number[], reason: string]>;

beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());
beforeEach(() => {
  missed = [];
  nowMs = 1_800_000_000_000;
  doorbell = doorbellOf(0);
});

function doorbellOf(paceMs: number): SqsDoorbell {
  const queueUrl = `http://127.0.0.1:${server.port}/123456789012/bell.fifo`;
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const clock = { nowMs: () => nowMs, sleep: () => Promise.reject(new Error('nothing waits here')) };
  return new SqsDoorbell({ client, queueUrl, paceMs, clock, missed: (...told) => void missed.push(told) });
}

const calls = (): Entry[][] =>
  server.requests.map(({ body }) => (JSON.parse(body) as { readonly Entries: Entry[] }).Entries);
const entries = (): Entry[] => calls().flat();

describe('SqsDoorbell', () => {
  it('sends one message per receiver, which has the receiver as its group and says what it calls', async () => {
    server.script(TAKEN);
    await doorbell.ring('by-destination', [0, 3]);
    expect(entries().map(({ MessageGroupId, MessageBody }) => [MessageGroupId, MessageBody])).toEqual([
      ['by-destination/0', '{"exchange":"by-destination","receiver":0}'],
      ['by-destination/3', '{"exchange":"by-destination","receiver":3}'],
    ]);
    expect(entries().map(({ MessageBody }) => readBell(MessageBody))).toEqual([
      { exchange: 'by-destination', receiver: 0 },
      { exchange: 'by-destination', receiver: 3 },
    ]);
    expect(missed).toEqual([]);
  });

  it('repeats a deduplication id within an interval of the pace, and never after it', async () => {
    server.script(TAKEN);
    const paced = doorbellOf(1_000);
    // A multiple of the interval of 900 ms.
    for (const atMs of [0, 450, 899, 900, 1_799, 1_800]) {
      nowMs = 1_800_000_000_000 + atMs;
      await paced.ring('by-destination', [3]);
    }
    const [first, second, third] = [2_000_000_000, 2_000_000_001, 2_000_000_002].map((k) => `by-destination/3/${k}`);
    expect(entries().map(({ MessageDeduplicationId }) => MessageDeduplicationId)).toEqual([
      first,
      first,
      first,
      second,
      second,
      third,
    ]);
  });

  it('asks for no delay: a FIFO queue has one for all that it gets, and refuses any other', async () => {
    server.script(TAKEN);
    await doorbellOf(1_000).ring('by-destination', [0, 1]);
    expect(entries()).toHaveLength(2);
    for (const entry of entries()) expect(entry).not.toHaveProperty('DelaySeconds');
  });

  it('gives receivers and exchanges ids of their own', async () => {
    server.script(TAKEN);
    const paced = doorbellOf(1_000);
    await paced.ring('by-destination', [0, 1]);
    await paced.ring('all', [0]);
    expect(new Set(entries().map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(3);
  });

  it('without a pace never repeats a deduplication id: SQS swallows a ring whose id it has had within five minutes (PL-38)', async () => {
    server.script(TAKEN);
    for (let ring = 0; ring < 5; ring++) await doorbell.ring('by-destination', [0, 1]);
    expect(entries()).toHaveLength(10);
    expect(new Set(entries().map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(10);
  });

  it('sends at most ten with one call', async () => {
    server.script(TAKEN);
    const all = Array.from({ length: 23 }, (_, receiver) => receiver);
    await doorbell.ring('by-destination', all);
    expect(
      calls()
        .map(({ length }) => length)
        .sort(),
    ).toEqual([10, 10, 3]);
    expect(
      entries()
        .map(({ MessageGroupId }) => Number(MessageGroupId.split('/')[1]))
        .sort((a, b) => a - b),
    ).toEqual(all);
  });

  it('calls nothing for no receiver', async () => {
    server.script(TAKEN);
    await doorbell.ring('by-destination', []);
    expect(server.requests).toEqual([]);
  });

  it('tells which receivers a call that was refused has missed, and does not fail', async () => {
    server.script({ status: 400, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'gone' } });
    await doorbell.ring('by-destination', [4, 7]);
    expect(missed).toEqual([[[4, 7], 'QueueDoesNotExist']]);
  });

  it('tells which entries of a call were not taken', async () => {
    const Failed = [{ Id: '1', SenderFault: false, Code: 'InternalError' }];
    server.script({ status: 200, body: { Successful: [], Failed } });
    await doorbell.ring('by-destination', [4, 7]);
    expect(missed).toEqual([[[7], 'InternalError']]);
  });

  it('tells of a connection that was cut', async () => {
    server.script('cut');
    await doorbell.ring('by-destination', [2]);
    expect(missed).toEqual([[[2], expect.stringMatching(/Error|ECONNRESET/)]]);
  });
});

describe('a message of the queue', () => {
  it.each(['', 'ring', 'null', '[]', '{"receiver":0}'])('is refused when it is no ring: %j', (body) => {
    expect(() => readBell(body)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'BELL_MALFORMED' }));
  });
});
