import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { StreamIncarnations } from '../../../adapters/kinesis/incarnations.ts';

const ARN = 'arn:aws:kinesis:us-east-1:123456789012:stream/departures';
const arrived = (...times: number[]) => times.map((arrivalTimeMs) => ({ arrivalTimeMs }));

/** A stream that can be deleted and made again, and its only reader. */
let stream: { createdMs: number | undefined; asked: number; nowMs: number };
let incarnations: StreamIncarnations;

beforeEach(() => {
  stream = { createdMs: 1_000, asked: 0, nowMs: 2_000 };
  const send = async () => {
    stream.asked++;
    return {
      StreamDescriptionSummary:
        stream.createdMs === undefined ? undefined : { StreamCreationTimestamp: new Date(stream.createdMs) },
    };
  };
  incarnations = new StreamIncarnations({ send } as unknown as KinesisClient, {
    nowMs: () => stream.nowMs,
    sleep: async () => {},
  });
});

describe('the incarnation of a stream (PL-11)', () => {
  it('is its creation time', async () => {
    expect(await incarnations.of(ARN, arrived(1_500))).toBe('1000');
  });

  it('is asked for once as long as records keep coming', async () => {
    for (let atMs = 2_000; atMs < 500_000; atMs += 9_000)
      expect(await incarnations.of(ARN, arrived(atMs, atMs + 1))).toBe('1000');
    expect(stream.asked).toBe(1);
  });

  it('is asked for again after a pause that is long enough to delete the stream and make it again', async () => {
    await incarnations.of(ARN, arrived(1_500));
    stream.createdMs = 11_000;
    expect(await incarnations.of(ARN, arrived(12_000))).toBe('11000');
    expect(stream.asked).toBe(2);
  });

  it('is none for records that are older than the stream: they are of one that is gone, asked for or known', async () => {
    stream.createdMs = 11_000;
    const gone = {
      kind: 'unavailable',
      code: 'STREAM_RECREATED',
      message: `records of ${ARN} must be younger than the stream, got one that arrived 9500 ms before its creation; they are of a stream of the same name that was deleted`,
    };
    await expect(incarnations.of(ARN, arrived(1_500))).rejects.toMatchObject(gone);
    await incarnations.of(ARN, arrived(12_000));
    await expect(incarnations.of(ARN, arrived(1_500))).rejects.toMatchObject(gone);
  });

  it('is asked for each time by a tick, which has no records', async () => {
    await incarnations.of(ARN);
    stream.createdMs = 11_000;
    expect(await incarnations.of(ARN)).toBe('11000');
  });

  it('is unavailable when the stream does not tell', async () => {
    stream.createdMs = undefined;
    await expect(incarnations.of(ARN, arrived(1_500))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'STREAM_UNAVAILABLE',
    });
  });
});
