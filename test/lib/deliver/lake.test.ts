import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { StageOverrides } from '../../../lib/settings.ts';
import { orders, synthesize } from '../synthesize.ts';

const FIREHOSE = 'AWS::KinesisFirehose::DeliveryStream';
const TABLE = 'AWS::Glue::Table';
const parquet = synthesize();
const json = synthesize({ overrides: { lakeDelivery: { by: 'firehose', format: 'gzip-ndjson', bufferMs: 60_000 } } });
const direct = synthesize({ overrides: { lakeDelivery: { by: 'function' } } });
const none = synthesize({ topology: { ...orders, sinks: [{ kind: 'resultTable' }] } });

const lake = {
  'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('^LakeFilesBucket') }, '/orders/results/day=${day}']],
};
const tableNames = (template: typeof parquet): string[] =>
  Object.values(template.findResources(TABLE))
    .map(({ Properties }) => String(Properties.TableInput.Name))
    .sort();

describe('the Firehose stream of the lake', () => {
  it('puts results into the folder of the day in which their window begins, and what it cannot read below errors', () => {
    parquet.hasResourceProperties(FIREHOSE, {
      DeliveryStreamType: 'DirectPut',
      ExtendedS3DestinationConfiguration: {
        Prefix: 'orders/results/day=!{partitionKeyFromQuery:day}/',
        ErrorOutputPrefix: 'orders/errors/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/',
        DynamicPartitioningConfiguration: { Enabled: true },
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            { Type: 'RecordDeAggregation', Parameters: [{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }] },
            {
              Type: 'MetadataExtraction',
              Parameters: [
                {
                  ParameterName: 'MetadataExtractionQuery',
                  ParameterValue:
                    '{day: ([[.windowStartMs, 0] | max, 2524607999999] | min / 1000 | floor | strftime("%Y-%m-%d"))}',
                },
                { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
              ],
            },
          ],
        },
      },
    });
  });

  it('makes Parquet by the schema of the results table, which compresses by itself', () => {
    parquet.hasResourceProperties(FIREHOSE, {
      ExtendedS3DestinationConfiguration: {
        CompressionFormat: 'UNCOMPRESSED',
        DataFormatConversionConfiguration: {
          Enabled: true,
          InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: { CaseInsensitive: true } } },
          OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
          SchemaConfiguration: {
            DatabaseName: { Ref: Match.stringLikeRegexp('^LakeTablesDatabase') },
            TableName: { Ref: Match.stringLikeRegexp('^LakeTablesresults') },
            VersionId: 'LATEST',
          },
        },
      },
    });
  });

  it('writes compressed JSON lines when the stage says so, each with its end of line', () => {
    json.hasResourceProperties(FIREHOSE, {
      ExtendedS3DestinationConfiguration: {
        CompressionFormat: 'GZIP',
        DataFormatConversionConfiguration: Match.absent(),
        ProcessingConfiguration: {
          Processors: Match.arrayWith([
            { Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }] },
          ]),
        },
      },
    });
  });

  it('gathers as long as the stage says, and at least the 64 MiB that partitions need', () => {
    parquet.hasResourceProperties(FIREHOSE, {
      ExtendedS3DestinationConfiguration: { BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 64 } },
    });
    json.hasResourceProperties(FIREHOSE, {
      ExtendedS3DestinationConfiguration: { BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 64 } },
    });
  });

  it('is encrypted, and logs what it cannot deliver', () => {
    parquet.hasResourceProperties(FIREHOSE, {
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        CloudWatchLoggingOptions: { Enabled: true, LogGroupName: Match.anyValue(), LogStreamName: Match.anyValue() },
      },
    });
  });

  it('waits for the rights of its role', () => {
    parquet.hasResource(FIREHOSE, { DependsOn: [Match.stringLikeRegexp('^LakeFirehoseRolePolicy')] });
  });

  it('may be used by its account alone', () => {
    parquet.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'firehose.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    });
  });

  it.each([
    ['the function writes itself', direct],
    ['there are no results in the lake', none],
  ])('is not there when %s', (_, template) => {
    template.resourceCountIs(FIREHOSE, 0);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TIDEMARK_LAKE_FIREHOSE: '' }) },
    });
  });

  it('is known to both functions by its name', () => {
    const variables = { TIDEMARK_LAKE_FIREHOSE: { Ref: Match.stringLikeRegexp('^LakeFirehoseStream') } };
    parquet.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike(variables) },
    });
  });

  it.each<[string, StageOverrides]>([
    ['shorter than a minute', { lakeDelivery: { by: 'firehose', format: 'parquet', bufferMs: 59_000 } }],
    ['longer than 15 minutes', { lakeDelivery: { by: 'firehose', format: 'parquet', bufferMs: 900_001 } }],
    ['of half a second', { lakeDelivery: { by: 'firehose', format: 'parquet', bufferMs: 60_500 } }],
  ])('refuses to gather for a time %s', (_, overrides) => {
    expect(() => synthesize({ overrides })).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING', message: expect.stringMatching(/^bufferMs must be/) }),
    );
  });
});

describe('the tables of the lake', () => {
  it('are those of results, late records and dead letters, and one for results too large for Firehose', () => {
    expect(tableNames(parquet)).toEqual(['dead_letters', 'late', 'oversized', 'results']);
    expect(tableNames(direct)).toEqual(['dead_letters', 'late', 'results']);
    expect(tableNames(none)).toEqual(['dead_letters', 'late']);
  });

  it('have one for each side output, its values as JSON', () => {
    const template = synthesize({ topology: { ...orders, sideOutputs: ['large-orders'] } });
    expect(tableNames(template)).toContain('output_large_orders');
    template.hasResourceProperties(TABLE, {
      TableInput: {
        Name: 'output_large_orders',
        Parameters: {
          'storage.location.template': {
            'Fn::Join': ['', ['s3://', Match.anyValue(), '/orders/outputs/large-orders/day=${day}']],
          },
        },
        StorageDescriptor: { Columns: Match.arrayWith([Match.objectLike({ Name: 'value', Type: 'string' })]) },
      },
    });
  });

  it('lie in a database of the pipeline and its stage', () => {
    parquet.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'tidemark_orders_dev' } });
    synthesize({ stage: 'prod' }).hasResourceProperties('AWS::Glue::Database', {
      DatabaseInput: { Name: 'tidemark_orders_prod' },
    });
  });

  it('compute their partitions from the day: nothing has to be crawled or added', () => {
    parquet.allResourcesProperties(TABLE, {
      TableInput: Match.objectLike({
        PartitionKeys: [Match.objectLike({ Name: 'day', Type: 'string' })],
        Parameters: Match.objectLike({
          'projection.enabled': 'true',
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy-MM-dd',
          'projection.day.range': '1970-01-01,2049-12-31',
        }),
      }),
    });
    parquet.hasResourceProperties(TABLE, {
      TableInput: { Name: 'results', Parameters: { 'storage.location.template': lake } },
    });
  });

  it.each([
    ['Parquet', parquet, 'ParquetHiveSerDe'],
    ['JSON by Firehose', json, 'JsonSerDe'],
    ['JSON by the function', direct, 'JsonSerDe'],
  ])('read results as %s', (_, template, serde) => {
    template.hasResourceProperties(TABLE, {
      TableInput: {
        Name: 'results',
        StorageDescriptor: { SerdeInfo: { SerializationLibrary: Match.stringLikeRegexp(serde) } },
      },
    });
  });
});

describe('the workgroup of the lake', () => {
  it('has three saved queries, and lets Athena keep their results', () => {
    parquet.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'Tidemark-orders-dev',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        ManagedQueryResultsConfiguration: { Enabled: true },
      },
    });
    parquet.resourceCountIs('AWS::Athena::NamedQuery', 3);
    parquet.allResourcesProperties('AWS::Athena::NamedQuery', {
      WorkGroup: 'Tidemark-orders-dev',
      Database: { Ref: Match.stringLikeRegexp('^LakeTablesDatabase') },
    });
    none.resourceCountIs('AWS::Athena::NamedQuery', 1);
  });
});
