import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import { rightsOf } from './rights.ts';
import { orders, synthesize } from './synthesize.ts';

const MAPPING = 'AWS::Lambda::EventSourceMapping';
const FUNCTION = 'AWS::Lambda::Function';
const template = synthesize();

describe('the event source mapping', () => {
  it('retries for ever, whatever the age of a record (PL-15)', () => {
    template.hasResourceProperties(MAPPING, { MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1 });
  });

  it('starts with the oldest record (PL-15)', () => {
    template.hasResourceProperties(MAPPING, { StartingPosition: 'TRIM_HORIZON' });
  });

  it('leaves out no record (PL-15)', () => {
    template.hasResourceProperties(MAPPING, { FilterCriteria: Match.absent(), DestinationConfig: Match.absent() });
  });

  it('keeps a shard in one piece and a batch whole (PL-15)', () => {
    template.hasResourceProperties(MAPPING, {
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: false,
      FunctionResponseTypes: Match.absent(),
      TumblingWindowInSeconds: Match.absent(),
    });
  });

  it('batches as the pipeline says', () => {
    template.hasResourceProperties(MAPPING, { BatchSize: 250, MaximumBatchingWindowInSeconds: 2 });
  });

  it('refuses a batching window of half a second', () => {
    const topology = { ...orders, source: { ...orders.source, maxBatchingWindowMs: 500 } };
    expect(() => synthesize({ topology })).toThrow(
      'maxBatchingWindowMs must be a multiple of 1000, got 500; pass seconds(1)',
    );
  });

  it('reads through a consumer of its own with enhanced fan-out, which it may subscribe to', () => {
    const fannedOut = synthesize({ overrides: { enhancedFanOut: true } });
    const consumer = { 'Fn::GetAtt': [Match.stringLikeRegexp('^IngestConsumer'), 'ConsumerARN'] };
    fannedOut.hasResourceProperties('AWS::Kinesis::StreamConsumer', {
      ConsumerName: 'tidemark-orders-dev',
      StreamARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^IngestStream'), 'Arn'] },
    });
    fannedOut.hasResourceProperties(MAPPING, {
      EventSourceArn: consumer,
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 1,
    });
    expect(rightsOf(fannedOut)).toContainEqual({
      actions: ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'],
      resources: ['IngestConsumer.ConsumerARN'],
    });
    template.resourceCountIs('AWS::Kinesis::StreamConsumer', 0);
  });

  it('reads the stream that exists already', () => {
    const arn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/shared';
    const reading = synthesize({ overrides: { existingStreamArns: { purchases: arn } } });
    reading.hasResourceProperties(MAPPING, { EventSourceArn: arn });
    reading.resourceCountIs('AWS::Kinesis::Stream', 0);
  });
});

describe('the function', () => {
  it('runs on Node 24 on arm64', () => {
    template.hasResourceProperties(FUNCTION, {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'process-kinesis.handler',
    });
  });

  it('has the memory and the time of its stage', () => {
    template.hasResourceProperties(FUNCTION, { MemorySize: 1024, Timeout: 60 });
    synthesize({ overrides: { memoryMiB: 2048, timeoutMs: 90_000 } }).hasResourceProperties(FUNCTION, {
      MemorySize: 2048,
      Timeout: 90,
    });
  });

  it('gets the whole FunctionEnvironment of a stream and nothing else', () => {
    const expected: Record<
      Exclude<
        keyof FunctionEnvironment,
        | `TIDEMARK_KAFKA_${string}`
        | 'TIDEMARK_DOORBELL'
        | 'TIDEMARK_RESULTS_TABLE_RETAINED'
        | 'TIDEMARK_EXCHANGE'
        | 'TIDEMARK_SOURCE'
        | 'TIDEMARK_PARTIAL_BATCHES'
        | `TIDEMARK_SCHEMA_REGISTRY${string}`
      >,
      true
    > = {
      TIDEMARK_LOG_TABLE: true,
      TIDEMARK_RESULTS_TABLE: true,
      TIDEMARK_BLOBS: true,
      TIDEMARK_LAKE: true,
      TIDEMARK_LAKE_FIREHOSE: true,
      TIDEMARK_STREAM: true,
      TIDEMARK_OUTPUT_STREAM: true,
      TIDEMARK_STAGE: true,
      TIDEMARK_RECOVERY_DAYS: true,
      TIDEMARK_INLINE_KIB: true,
      TIDEMARK_TIMEOUT_MS: true,
    };
    const [processor] = Object.values(template.findResources(FUNCTION));
    const variables = processor?.['Properties'].Environment.Variables as Record<string, unknown>;
    expect(Object.keys(variables).sort()).toEqual(Object.keys(expected).sort());
  });

  it('finds snapshots under a prefix of their bucket, and the lake in a bucket of its own', () => {
    template.hasResourceProperties(FUNCTION, {
      Environment: {
        Variables: {
          TIDEMARK_BLOBS: {
            'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('^SnapshotsBucket') }, '/snapshots']],
          },
          TIDEMARK_LAKE: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('^LakeFilesBucket') }]] },
        },
      },
    });
  });

  it('gets an empty results table when the pipeline has none', () => {
    const lakeOnly = synthesize({ topology: { ...orders, sinks: [{ kind: 'lake' }] } });
    lakeOnly.hasResourceProperties(FUNCTION, { Environment: { Variables: { TIDEMARK_RESULTS_TABLE: '' } } });
  });

  it('is made after its rights, so that the mapping never meets a function without them', () => {
    template.hasResource(FUNCTION, {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^ProcessorRoleDefaultPolicy')]),
    });
  });

  it('writes JSON log lines, kept for a month', () => {
    template.hasResourceProperties(FUNCTION, {
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^ProcessorLogs') } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });
});
