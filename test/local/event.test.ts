import { describe, expect, it } from '@jest/globals';
import { EVENT_FRAME_BYTES, eventBytes, toEventRecord } from '../../local/event-source/event.ts';

const source = {
  SequenceNumber: '49680418838925489516897199714533389804729148463103606786',
  PartitionKey: 'Zürich "1"',
  Data: new Uint8Array([0, 255, 10]),
  ApproximateArrivalTimestamp: new Date(1_500),
};

describe('the event', () => {
  const record = toEventRecord(
    source,
    'shardId-000000000002',
    'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
  );

  it('has the shape that Lambda gives it', () => {
    expect(record).toEqual({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'Zürich "1"',
        sequenceNumber: source.SequenceNumber,
        data: 'AP8K',
        approximateArrivalTimestamp: 1.5,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000002:${source.SequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/tidemark-local',
      awsRegion: 'us-east-1',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
    });
  });

  it('is as long as its records and its frame say', () => {
    const records = [record, toEventRecord({ ...source, Data: new Uint8Array() }, 'shardId-000000000002', 'arn')];
    const bytes = records.reduce((sum, one) => sum + eventBytes(one), EVENT_FRAME_BYTES);
    // One comma more than there is: the last record has none behind it.
    expect(bytes - 1).toBe(Buffer.byteLength(JSON.stringify({ Records: records })));
  });
});
