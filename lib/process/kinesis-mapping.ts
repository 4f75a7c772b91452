import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { KinesisIngest } from '../ingest/kinesis-ingest.ts';
import { requireWholeSeconds } from '../settings.ts';
import type { MappedReader } from './mapped-reader.ts';

/**
 * Has the function called with one batch of one shard at a time. Every setting that could make Lambda drop or reorder records is
 * pinned, its default or not (PL-15).
 *
 * A commit is a whole batch or nothing, so there is no part of a batch to report: an error repeats all of it.
 */
export function kinesisMapping(reader: MappedReader, { source, mappedArn }: KinesisIngest): CfnEventSourceMapping {
  return new CfnEventSourceMapping(reader, 'Mapping', {
    functionName: reader.function.functionName,
    eventSourceArn: mappedArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: source.batchSize,
    maximumBatchingWindowInSeconds: requireWholeSeconds('maxBatchingWindowMs', source.maxBatchingWindowMs),
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    bisectBatchOnFunctionError: false,
    enabled: true,
  });
}
