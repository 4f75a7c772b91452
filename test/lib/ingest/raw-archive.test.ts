import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { rightsOf } from '../rights.ts';
import { synthesize } from '../synthesize.ts';

const FIREHOSE = 'AWS::KinesisFirehose::DeliveryStream';
const archived = synthesize({ overrides: { archive: true } });

describe('the raw archive', () => {
  it('is there only when the stage asks for it', () => {
    synthesize().resourceCountIs(FIREHOSE, 1);
    archived.resourceCountIs(FIREHOSE, 2);
  });

  it('reads the source stream and writes one record per line, compressed, by day', () => {
    archived.hasResourceProperties(FIREHOSE, {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: {
        KinesisStreamARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^IngestStream'), 'Arn'] },
      },
      ExtendedS3DestinationConfiguration: {
        Prefix: 'orders/raw/day=!{timestamp:yyyy-MM-dd}/',
        CompressionFormat: 'GZIP',
        ProcessingConfiguration: {
          Processors: [
            { Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }] },
          ],
        },
      },
    });
  });

  it('may read that stream and write below its own folder, nothing else', () => {
    const before = new Set(rightsOf(synthesize()).map((right) => JSON.stringify(right)));
    const added = rightsOf(archived).filter((right) => !before.has(JSON.stringify(right)));
    expect(added).toEqual([
      {
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: ['LakeFilesBucket.Arn/orders/raw/*'],
      },
      { actions: ['logs:PutLogEvents'], resources: ['ArchiveRoleLogs.Arn'] },
      {
        actions: ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
        resources: ['IngestStream.Arn'],
      },
    ]);
  });
});
