import { describe, expect, it } from '@jest/globals';
import { invitationsOf, rightsOf } from './rights.ts';
import { synthesize } from './synthesize.ts';

/** The only resources with a wildcard, and why. */
const explainedWildcards: Readonly<Record<string, string>> = {
  'SnapshotsBucket.Arn/snapshots/*': 'a snapshot has version and commit id in its name',
  'LakeFilesBucket.Arn/orders/*':
    'a file has output, time and commit id in its name; Firehose chooses the names of its own',
};

const rights = rightsOf(synthesize());
/** What the functions may do, each right once: the one for batches and the one for ticks have the same. */
const actionsOn = (resource: string): string[] =>
  [...new Set(rights.filter(({ resources }) => resources.includes(resource)).flatMap(({ actions }) => actions))].sort();

describe('the rights of the functions', () => {
  it('let it append to the log and read it, and neither delete nor update a slot (PL-2)', () => {
    expect(actionsOn('PartitionLogTable.Arn')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
    ]);
  });

  it('let it put, insert and update results, and neither read nor delete them', () => {
    expect(actionsOn('ResultsTable.Arn')).toEqual([
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PutItem',
    ]);
  });

  it('let it read the one stream', () => {
    expect(actionsOn('IngestStream.Arn')).toEqual([
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ]);
  });

  it('let it keep snapshots', () => {
    expect(actionsOn('SnapshotsBucket.Arn/snapshots/*')).toEqual(['s3:DeleteObject', 's3:GetObject', 's3:PutObject']);
    expect(actionsOn('SnapshotsBucket.Arn')).toEqual(['s3:ListBucket']);
  });

  it('let it write to the lake, and not read from it', () => {
    const direct = rightsOf(synthesize({ overrides: { lakeDelivery: { by: 'function' } } })).filter(({ resources }) =>
      resources.some((resource) => resource.startsWith('Lake')),
    );
    expect(direct).toEqual([
      { actions: ['s3:PutObject'], resources: ['LakeFilesBucket.Arn/orders/*'] },
      { actions: ['s3:PutObject'], resources: ['LakeFilesBucket.Arn/orders/*'] },
    ]);
  });

  it('let it put results into the Firehose stream', () => {
    expect(actionsOn('LakeFirehoseStream.Arn')).toEqual(['firehose:PutRecordBatch']);
  });

  it('let Firehose write below the folder of the pipeline, read the columns, and log', () => {
    const glue = 'arn:AWS::Partition:glue:AWS::Region:AWS::AccountId';
    expect(actionsOn('LakeFilesBucket.Arn/orders/*')).toEqual([
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:PutObject',
    ]);
    expect(actionsOn('LakeFilesBucket.Arn')).toEqual([
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
    ]);
    expect(actionsOn(`${glue}:table/LakeTablesDatabase/LakeTablesresults`)).toEqual([
      'glue:GetTable',
      'glue:GetTableVersion',
      'glue:GetTableVersions',
    ]);
    expect(actionsOn('LakeFirehoseRoleLogs.Arn')).toEqual(['logs:PutLogEvents']);
  });

  it('let it write its own log lines', () => {
    for (const logs of ['ProcessorLogs.Arn', 'TickLogs.Arn'])
      expect(actionsOn(logs)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  });

  it('let the scheduler call the tick, and nothing else', () => {
    expect(actionsOn('TickFunction.Arn')).toEqual(['lambda:InvokeFunction']);
  });

  it('end there', () => {
    expect([...new Set(rights.flatMap(({ resources }) => resources))].sort()).toEqual([
      'IngestStream.Arn',
      'LakeFilesBucket.Arn',
      'LakeFilesBucket.Arn/orders/*',
      'LakeFirehoseRoleLogs.Arn',
      'LakeFirehoseStream.Arn',
      'PartitionLogTable.Arn',
      'ProcessorLogs.Arn',
      'ResultsTable.Arn',
      'SnapshotsBucket.Arn',
      'SnapshotsBucket.Arn/snapshots/*',
      'TickFunction.Arn',
      'TickLogs.Arn',
      'arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:catalog',
      'arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:database/LakeTablesDatabase',
      'arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:table/LakeTablesDatabase/LakeTablesresults',
    ]);
  });

  it('have no wildcard in an action, and none in a resource without a reason', () => {
    expect(rights.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    const wildcards = rights.flatMap(({ resources }) => resources).filter((resource) => resource.includes('*'));
    expect(wildcards.filter((resource) => !(resource in explainedWildcards))).toEqual([]);
  });

  it('come without a managed policy', () => {
    const roles = Object.values(synthesize().findResources('AWS::IAM::Role'));
    expect(roles).toHaveLength(4);
    for (const role of roles) expect(role['Properties']).not.toHaveProperty('ManagedPolicyArns');
  });

  it('name an existing stream by its ARN', () => {
    const arn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/shared';
    const resources = rightsOf(synthesize({ overrides: { existingStreamArns: { purchases: arn } } })).flatMap(
      (right) => right.resources,
    );
    expect(resources).toContain(arn);
  });
});

describe('the policies of resources', () => {
  it('let the alarms of this account publish, and nobody else but the account itself', () => {
    const ofThisAccount = ['aws:SourceAccount', 'aws:SourceArn'];
    expect(invitationsOf(synthesize())).toEqual([
      // The policy of a key names that key alone, as *; without the account nobody could manage it.
      { who: 'account', actions: ['kms:*'], resources: ['*'], conditions: [] },
      {
        who: 'cloudwatch.amazonaws.com',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: ofThisAccount,
      },
      {
        who: 'cloudwatch.amazonaws.com',
        actions: ['sns:Publish'],
        resources: ['ObserveAlarmTopic'],
        conditions: ofThisAccount,
      },
    ]);
  });
});
