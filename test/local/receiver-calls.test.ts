import { describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { TidemarkError } from '../../engine/errors.ts';
import { ReceiverCalls } from '../../local/receivers/receiver-calls.ts';

interface Call {
  readonly receiver: number;
  readonly answer: (response?: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** Receivers whose calls the test answers. */
function rungReceivers(receivers: number) {
  const calls: Call[] = [];
  const failures: unknown[] = [];
  const bell = new ReceiverCalls({
    pipeline: 'p',
    exchange: 'by-x',
    receivers,
    invoke: (event) =>
      new Promise((answer, fail) => {
        const [record] = (event as SQSEvent).Records;
        const { exchange, receiver } = JSON.parse(record?.body ?? '') as { exchange: string; receiver: number };
        expect(exchange).toBe('by-x');
        calls.push({ receiver, answer, fail });
      }),
    failed: (error) => failures.push(error),
  });
  const called = async (count: number): Promise<Call> => {
    while (calls.length < count) await new Promise((done) => setImmediate(done));
    return calls[count - 1] as Call;
  };
  return { bell, calls, called, failures, running: bell.run() };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const ALL_WELL = { batchItemFailures: [] };
const COMES_AGAIN = { batchItemFailures: [{ itemIdentifier: 'x' }] };

describe('calls of receivers', () => {
  it('go to every receiver with each ring, and none is made without', async () => {
    const { bell, calls, called, running } = rungReceivers(3);
    await settled();
    expect(calls).toEqual([]);
    bell.ring();
    await called(3);
    expect(calls.map(({ receiver }) => receiver)).toEqual([0, 1, 2]);
    for (const { answer } of calls) answer(ALL_WELL);
    await bell.stop(1_000);
    await running;
  });

  it('are one at a time, and rings that come during a call make one more after it', async () => {
    const { bell, calls, called, running } = rungReceivers(1);
    bell.ring();
    const first = await called(1);
    bell.ring();
    bell.ring();
    await settled();
    expect(calls).toHaveLength(1);
    first.answer(ALL_WELL);
    const second = await called(2);
    expect(bell.areDone).toBe(false);
    second.answer(ALL_WELL);
    await settled();
    expect(calls).toHaveLength(2);
    expect(bell.areDone).toBe(true);
    await bell.stop(1_000);
    await running;
  });

  it('are repeated when they fail, and reported, until one succeeds', async () => {
    const { bell, called, failures, running } = rungReceivers(1);
    bell.ring();
    const error = new TidemarkError('unavailable', 'FUNCTION_ENDED', 'the function ended with SIGKILL');
    (await called(1)).fail(error);
    const second = await called(2);
    expect(failures).toEqual([error]);
    expect(bell.areDone).toBe(false);
    second.answer(ALL_WELL);
    await settled();
    expect(bell.areDone).toBe(true);
    await bell.stop(1_000);
    await running;
  });

  it('go on at once, and are no failure, where a receiver has more to read than it had time for', async () => {
    const { bell, called, failures, running } = rungReceivers(1);
    bell.ring();
    (await called(1)).answer(COMES_AGAIN);
    const second = await called(2);
    expect(bell.areDone).toBe(false);
    second.answer(ALL_WELL);
    await settled();
    expect(bell.areDone).toBe(true);
    expect(failures).toEqual([]);
    await bell.stop(1_000);
    await running;
  });

  it('end with the error of a function that can never work', async () => {
    const { bell, called, running } = rungReceivers(2);
    bell.ring();
    const error = new TidemarkError('invalid', 'RECEIVERS_CHANGED', 'must keep its receivers');
    (await called(2)).fail(error);
    await expect(running).rejects.toBe(error);
    await bell.stop(10);
  });
});
