import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { decodeKinesisEvent } from '../../../adapters/kinesis/decode-event.ts';
import type { SourceRecord } from '../../../engine/record.ts';

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

/** What the engine reads of a record. */
const fieldsOf = ({ offset, subSequence, partitionKey, arrivalTimeMs, data, text }: SourceRecord) => ({
  offset,
  subSequence,
  partitionKey,
  arrivalTimeMs,
  data,
  text,
});

const event = (...Records: KinesisStreamRecord[]): KinesisStreamEvent => ({ Records });

/** UTF-8 without a mark at its beginning or a replacement character, which may stand for other bytes. */
const isPlainText = (body: Buffer): boolean => isUtf8(body) && !/^\ufeff|\ufffd/.test(body.toString());

describe('a Kinesis event', () => {
  it('gives the records of its shard with offset, arrival and bytes', () => {
    const shards = decodeKinesisEvent(event(record('5'), record('10')));
    expect(shards).toMatchObject([{ streamArn: ARN, streamName: 'departures', shardId: 'shardId-000000000000' }]);
    expect(shards[0]?.records.map(fieldsOf)).toEqual([
      {
        offset: 5n,
        subSequence: 0,
        partitionKey: 'ORD',
        arrivalTimeMs: 1_700_000_000_123,
        data: Buffer.from('x'),
        text: 'x',
      },
      {
        offset: 10n,
        subSequence: 0,
        partitionKey: 'ORD',
        arrivalTimeMs: 1_700_000_000_123,
        data: Buffer.from('x'),
        text: 'x',
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

  it('has the text of each body that is UTF-8, and no text of any other', () => {
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    const texts = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text));
    const bytes = fc.uint8Array({ maxLength: 40 }).map((body) => Buffer.from(body));
    const marked = texts.map((text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]));
    const aggregated = bytes.map((body) => Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), body]));
    fc.assert(
      fc.property(fc.oneof(texts, bytes, marked, aggregated), (body) => {
        const [shard] = decodeKinesisEvent(event(record('5', 'shardId-000000000000', body.toString('base64'))));
        const { data, text } = shard?.records[0] as SourceRecord;
        expect(data).toEqual(body);
        if (text === undefined) expect(isPlainText(body)).toBe(false);
        else expect(text).toBe(utf8.decode(body));
      }),
      { numRuns: 2_000 },
    );
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
