import { resultKeys } from '../../../adapters/dynamodb/result-table-keys.ts';
import type { Answer } from './fake-aws.ts';
import { functionFacts, mappingFacts, stackFacts } from './stack-facts.ts';

const { functionArn, sourceArn: streamArn } = mappingFacts();
const xml = (action: string, result: string): Answer => ({
  body: `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
});

/** What AWS says of a stack that `stackFacts` describes, whose two shards have no record yet. */
export function stackAnswers(changes: Readonly<Record<string, Answer>> = {}): Record<string, Answer> {
  const table = (name: string): Answer => {
    const keys =
      name === 'log-1'
        ? {
            AttributeDefinitions: [{ AttributeName: 'slotKey', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'slotKey', KeyType: 'HASH' }],
          }
        : resultKeys('window');
    return { body: { Table: { TableName: name, TableStatus: 'ACTIVE', DeletionProtectionEnabled: true, ...keys } } };
  };
  return {
    DescribeStacks: xml(
      'DescribeStacks',
      `<Stacks><member><StackName>${stackFacts().stack}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus><EnableTerminationProtection>true</EnableTerminationProtection>${tags({ pipeline: 'readings', stage: 'prod' })}</member></Stacks>`,
    ),
    ListStackResources: resources(
      'AWS::DynamoDB::Table log-1',
      'AWS::Lambda::EventSourceMapping mapping-1',
      'AWS::Scheduler::Schedule tick-1',
      'AWS::KMS::Key key-1',
    ),
    'GET /2019-09-30/functions/processor/concurrency': { body: {} },
    'GET /2016-08-19/account-settings': { body: { AccountLimit: { UnreservedConcurrentExecutions: 1_000 } } },
    'GET /schedules/tick-1': { body: { Name: 'tick-1', State: 'ENABLED', ScheduleExpression: 'rate(1 minute)' } },
    DescribeKey: { body: { KeyMetadata: { KeyId: 'key-1', KeyState: 'Enabled' } } },
    GetKeyPolicy: { body: { Policy: '{"Statement":[{"Principal":{"Service":"cloudwatch.amazonaws.com"}}]}' } },
    'GET /2015-03-31/event-source-mappings/mapping-1': { body: mappingAnswer() },
    [`GET /2015-03-31/functions/${functionArn}/configuration`]: {
      body: {
        FunctionName: 'processor',
        State: 'Active',
        LastUpdateStatus: 'Successful',
        Runtime: 'nodejs24.x',
        Environment: { Variables: functionFacts().environment },
      },
    },
    'DescribeTable log-1': table('log-1'),
    'DescribeTable results-1': table('results-1'),
    DescribeContinuousBackups: {
      body: {
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
        },
      },
    },
    DescribeTimeToLive: { body: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } } },
    DescribeStreamSummary: {
      body: {
        StreamDescriptionSummary: {
          StreamName: 'readings',
          StreamARN: streamArn,
          StreamStatus: 'ACTIVE',
          StreamCreationTimestamp: 1_700_000_000,
          RetentionPeriodHours: 24,
          EncryptionType: 'KMS',
          KeyId: 'alias/aws/kinesis',
          MaxRecordSizeInKiB: 1_024,
          OpenShardCount: 1,
        },
      },
    },
    ListShards: { body: { Shards: [shard(1), shard(0, '9')] } },
    BatchGetItem: { body: { Responses: { 'log-1': [] } } },
    'GET /blobs/': { body: '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></ListBucketResult>' },
    GetShardIterator: { body: { ShardIterator: 'iterator' } },
    GetRecords: { body: { Records: [], NextShardIterator: 'next', MillisBehindLatest: 0 } },
    ...changes,
  };
}

export function mappingAnswer(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    UUID: 'mapping-1',
    State: 'Enabled',
    LastProcessingResult: 'OK',
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 1,
    ParallelizationFactor: 1,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    TumblingWindowInSeconds: 0,
    BisectBatchOnFunctionError: false,
    EventSourceArn: streamArn,
    FunctionArn: functionArn,
    ...changes,
  };
}

/** @param named e.g. `AWS::Lambda::EventSourceMapping mapping-1` */
export function resources(...named: readonly string[]): Answer {
  const members = named.map((one) => {
    const [type, id] = one.split(' ');
    return `<member><LogicalResourceId>x</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`;
  });
  return xml('ListStackResources', `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`);
}

export function stackError(code: string, message: string): Answer {
  return {
    status: 400,
    body: `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}

function shard(number: number, ending?: string): Readonly<Record<string, unknown>> {
  return {
    ShardId: `shardId-00000000000${number}`,
    HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
    SequenceNumberRange: {
      StartingSequenceNumber: '1',
      ...(ending === undefined ? {} : { EndingSequenceNumber: ending }),
    },
  };
}

function tags(named: Readonly<Record<string, string>>): string {
  return `<Tags>${Object.entries(named)
    .map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`)
    .join('')}</Tags>`;
}
