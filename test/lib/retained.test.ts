import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from '@jest/globals';
import { rightsOf } from './rights.ts';
import { synthesize } from './synthesize.ts';

const retained = {
  orders: { logTable: 'log-1', snapshotBucket: 'snapshots-1', resultsTable: 'results-1', lakeBucket: 'lake-1' },
};
const template = synthesize({ stage: 'prod', overrides: { retained, archive: true } });

describe('a stack that takes over what an earlier one retained', () => {
  it('creates no table and no bucket', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy'])
      template.resourceCountIs(type, 0);
  });

  it('works on them: both functions, with the rights that they have on new ones, and to look at the keys of results', () => {
    const places = {
      TIDEMARK_LOG_TABLE: 'log-1',
      TIDEMARK_RESULTS_TABLE: 'results-1',
      TIDEMARK_RESULTS_TABLE_RETAINED: 'yes',
      TIDEMARK_BLOBS: 's3://snapshots-1/snapshots',
      TIDEMARK_LAKE: 's3://lake-1',
    };
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { Environment: { Variables: Match.objectLike(places) } },
      2,
    );
    const table = (name: string) => `arn:AWS::Partition:dynamodb:AWS::Region:AWS::AccountId:table/${name}`;
    const actionsOn = (resource: string) =>
      rightsOf(template)
        .filter(({ resources }) => resources.includes(resource))
        .map(({ actions }) => actions);
    expect(actionsOn(table('log-1'))).toEqual(
      Array(2).fill(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem']),
    );
    expect(actionsOn(table('results-1'))).toEqual(
      Array(2).fill(['dynamodb:DescribeTable', 'dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate', 'dynamodb:PutItem']),
    );
    expect(actionsOn('arn:AWS::Partition:s3:::snapshots-1/snapshots/*')).toEqual(
      Array(2).fill(['s3:DeleteObject', 's3:GetObject', 's3:PutObject']),
    );
    expect(actionsOn('arn:AWS::Partition:s3:::lake-1/orders/*')).toContainEqual(['s3:PutObject']);
  });

  it('leaves other pipelines alone', () => {
    const other = synthesize({ stage: 'prod', overrides: { retained: { flights: retained.orders } } });
    other.resourceCountIs('AWS::DynamoDB::Table', 2);
    other.resourceCountIs('AWS::S3::Bucket', 2);
  });

  it('tells the names that it retains in its outputs', () => {
    const outputs = Object.keys(synthesize({ stage: 'prod' }).findOutputs('*'));
    expect(outputs).toEqual(
      expect.arrayContaining(['PartitionLogTableName', 'SnapshotBucketName', 'ResultsTableName', 'LakeBucketName']),
    );
  });
});
