import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../../adapters/shared/record-refusal.ts';

const refusal = (name: string, message = '', status = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

describe('what Kinesis or Firehose refuses', () => {
  it.each([
    [
      'ValidationException',
      "1 validation error detected: Value at 'records.97.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
    ],
    [
      'ValidationException',
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1058543 cap=1058543]' at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    ],
    [
      'ValidationException',
      "1 validation error detected: Value at 'records.1.member.partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256",
    ],
    ['InvalidArgumentException', 'Records size exceeds 5 MB limit'],
  ])('speaks of records: %s %s', (name, message) => {
    expect(refusalOf(refusal(name, message))).toBe('row');
  });

  it('speaks of records where the call is too large for its front end', () => {
    expect(refusalOf(refusal('UnknownError', '', 413))).toBe('row');
  });

  it.each([
    [
      'ValidationException',
      "1 validation error detected: Value at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    ['InvalidArgumentException', 'Invalid request'],
    ['SerializationException', ''],
  ])('speaks of records or of the stream: %s %s', (name, message) => {
    expect(refusalOf(refusal(name, message))).toBe('either');
  });

  it.each([
    'AccessDeniedException',
    'ExpiredTokenException',
    'InvalidKMSResourceException',
    'InvalidSourceException',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'LimitExceededException',
    'ProvisionedThroughputExceededException',
    'ResourceNotFoundException',
    'InternalFailure',
    'ServiceUnavailableException',
  ])('speaks of every record: %s', (name) => {
    expect(refusalOf(refusal(name, 'record limit'))).toBe('every row');
  });
});
