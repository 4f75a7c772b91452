import { describe, expect, it } from '@jest/globals';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { TidemarkError } from '../../engine/errors.ts';
import { deliver, KINESIS_EVENT, failureReporter, remaining } from '../../local/event-source/delivery.ts';
import { toEventRecord } from '../../local/event-source/event.ts';

const batch = ['1', '2', '3'].map((SequenceNumber) =>
  toEventRecord({ SequenceNumber, PartitionKey: 'k', Data: new Uint8Array() }, 'shardId-000000000000', 'arn'),
);
const numbers = (records: readonly KinesisStreamRecord[]): string =>
  records.map((record) => record.kinesis.sequenceNumber).join('');

function scripted(answers: ReadonlyArray<unknown>) {
  const events: string[] = [];
  const pauses: number[] = [];
  let stopped = false;
  const hooks = {
    invoke: async (given: unknown) => {
      const event = given as KinesisStreamEvent;
      events.push(numbers(event.Records));
      const answer = answers[events.length - 1];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    failed: () => undefined,
    stopped: () => stopped,
    sleep: async (ms: number) => void pauses.push(ms),
  };
  return { events, pauses, hooks, stop: () => (stopped = true) };
}

describe('delivery', () => {
  it('hands the same batch over until the function succeeds, with growing pauses', async () => {
    const { hooks, events, pauses } = scripted([new Error('a'), new Error('b'), new Error('c'), undefined]);
    expect(await deliver(batch, KINESIS_EVENT, hooks)).toBe(true);
    expect(events).toEqual(['123', '123', '123', '123']);
    expect(pauses).toEqual([50, 100, 200]);
  });

  it('goes on behind the part that was taken', async () => {
    const { hooks, events } = scripted([{ batchItemFailures: [{ itemIdentifier: '2' }] }, undefined]);
    await deliver(batch, KINESIS_EVENT, hooks);
    expect(events).toEqual(['123', '23']);
  });

  it('gives up when the function can never work', async () => {
    const { hooks } = scripted([new TidemarkError('invalid', 'INVALID_SETTING', 'x')]);
    await expect(deliver(batch, KINESIS_EVENT, hooks)).rejects.toMatchObject({ code: 'INVALID_SETTING' });
  });

  it('leaves the batch to the next run when it is stopped', async () => {
    const script = scripted([new Error('a')]);
    script.stop();
    expect(await deliver(batch, KINESIS_EVENT, script.hooks)).toBe(false);
  });
});

describe('a partial response', () => {
  it.each([
    ['nothing is left without a response', undefined, ''],
    ['nothing is left after an empty list', { batchItemFailures: [] }, ''],
    [
      'the lowest failed record is the checkpoint',
      { batchItemFailures: [{ itemIdentifier: '3' }, { itemIdentifier: '2' }] },
      '23',
    ],
    ['an unknown id means that all failed', { batchItemFailures: [{ itemIdentifier: '9' }] }, '123'],
  ])('%s', (_, response, expected) => {
    expect(numbers(remaining(batch, response))).toBe(expected);
  });
});

describe('the reporter of failures', () => {
  it('says each kind once, and again after a while', () => {
    const said: string[] = [];
    let nowMs = 0;
    const report = failureReporter(
      (line) => said.push(line),
      () => nowMs,
      10,
    );
    for (const text of ['a', 'a', 'b', 'a']) report(new Error(text));
    nowMs = 10;
    report(new Error('a'));
    expect(said).toEqual([
      'a; the batch is tried again',
      'b; the batch is tried again',
      'a; the batch is tried again (3 times since)',
    ]);
  });
});
