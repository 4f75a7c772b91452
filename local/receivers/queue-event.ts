import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { REGION } from '../aws/clients.ts';

/** Lambda's event of the doorbell's queue. @example body '{"exchange":"by-destination","receiver":0}' */
export function ringEvent(pipeline: string, exchange: string, receiver: number): SQSEvent {
  const messageId = randomUUID();
  const record = {
    messageId,
    receiptHandle: messageId,
    body: JSON.stringify({ exchange, receiver }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:000000000000:tidemark-${pipeline}-doorbell.fifo`,
    awsRegion: REGION,
  };
  return { Records: [record] };
}

/** Whether an event of one ring is done with: no response, or an empty list, means that it is. */
export function isDone(response: unknown): boolean {
  const { batchItemFailures = [] } = (response ?? {}) as Partial<SQSBatchResponse>;
  return batchItemFailures.length === 0;
}
