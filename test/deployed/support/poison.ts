import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';

const departure = { date: '2001-01-01T12:00:00.000Z', delay: 0, distance: 100, origin: 'ORD', destination: 'JFK' };

/** Records that nobody can count, each with the code of its dead letter. */
export const POISON: ReadonlyArray<{ readonly code: string; readonly data: Buffer }> = [
  { code: 'NOT_JSON', data: Buffer.from('{"date":') },
  { code: 'NOT_UTF8', data: Buffer.from([0xff, 0xfe, 0x00]) },
  { code: 'SCHEMA_MISMATCH', data: Buffer.from(JSON.stringify({ ...departure, delay: 'late' })) },
  { code: 'KEY_MISMATCH', data: Buffer.from(JSON.stringify({ ...departure, origin: 'SFO' })) },
  {
    code: 'EVENT_TIME_IN_FUTURE',
    data: Buffer.from(JSON.stringify({ ...departure, date: '2999-01-01T00:00:00.000Z' })),
  },
];

export async function putPoison(client: KinesisClient, stream: string): Promise<void> {
  const { FailedRecordCount } = await client.send(
    new PutRecordsCommand({
      StreamName: stream,
      Records: POISON.map(({ data }) => ({ PartitionKey: 'ORD', Data: data })),
    }),
  );
  if (FailedRecordCount !== 0)
    throw new Error(`all of the poison must be in the stream, got ${FailedRecordCount ?? 'unknown'} refused`);
}
