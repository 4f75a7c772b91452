import { describe, expect, it } from '@jest/globals';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { decodeKinesisEvent } from '../../../adapters/kinesis/decode-event.ts';

const ARN = 'arn:aws:kinesis:us-east-1:123456789012:stream/departures';

function record(sequenceNumber: string, shard = 'shardId-000000000000', data = 'eA=='): KinesisStreamRecord {
  return {
    eventID: `${shard}:${sequenceNumber}`,
    eventSourceARN: ARN,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/r',
    awsRegion: 'us-east-1',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'ORD',
      sequenceNumber,
      data,
      approximateArrivalTimestamp: 1_700_000_000.123,
    },
  };
}

const event = (...Records: KinesisStreamRecord[]): KinesisStreamEvent => ({ Records });

describe('a Kinesis event', () => {
  it('gives the records of its shard with offset, arrival and bytes', () => {
    expect(decodeKinesisEvent(event(record('5'), record('10')))).toEqual([
      {
        streamArn: ARN,
        streamName: 'departures',
        shardId: 'shardId-000000000000',
        records: [
          { offset: 5n, subSequence: 0, partitionKey: 'ORD', arrivalTimeMs: 1_700_000_000_123, data: Buffer.from('x') },
          {
            offset: 10n,
            subSequence: 0,
            partitionKey: 'ORD',
            arrivalTimeMs: 1_700_000_000_123,
            data: Buffer.from('x'),
          },
        ],
      },
    ]);
  });

  it('compares sequence numbers as numbers of any size, not as text', () => {
    const [shard] = decodeKinesisEvent(event(record('99999999999999999999'), record('100000000000000000000')));
    expect(shard?.records.map(({ offset }) => offset)).toEqual([99999999999999999999n, 100000000000000000000n]);
  });

  it('keeps an empty body as a record of its own', () => {
    expect(decodeKinesisEvent(event(record('5', 'shardId-000000000000', '')))[0]?.records[0]?.data).toHaveLength(0);
  });

  it('names the stream, not the consumer that it came through with enhanced fan-out', () => {
    const fannedOut = { ...record('5'), eventSourceARN: `${ARN}/consumer/tidemark-flights-prod:1700000000` };
    expect(decodeKinesisEvent(event(fannedOut))).toMatchObject([{ streamArn: ARN, streamName: 'departures' }]);
  });

  it('is taken apart by shard', () => {
    const shards = decodeKinesisEvent(event(record('5', 'shardId-000000000001'), record('4', 'shardId-000000000002')));
    expect(shards.map(({ shardId, records }) => [shardId, records.length])).toEqual([
      ['shardId-000000000001', 1],
      ['shardId-000000000002', 1],
    ]);
  });

  it.each([
    ['is empty', event()],
    ['goes backwards', event(record('10'), record('5'))],
    ['repeats a record', event(record('5'), record('5'))],
    ['has a sequence number that is no number', event(record('5; drop'))],
    [
      'has no time of arrival',
      event({ ...record('5'), kinesis: { ...record('5').kinesis, approximateArrivalTimestamp: NaN } }),
    ],
    ['has no shard in its ids', event({ ...record('5'), eventID: '5' })],
  ])('that %s is refused, so that nothing is counted wrongly', (_, broken) => {
    expect(() => decodeKinesisEvent(broken)).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'EVENT_MALFORMED' }),
    );
  });
});
