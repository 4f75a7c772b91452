import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { lakeDayInJq } from '../../engine/lake-day.ts';
import { requireWholeSeconds } from '../settings.ts';
import type { LakeByFirehose, StageSettings } from '../settings.ts';
import { FirehoseRole } from '../firehose-role.ts';
import { DAY } from './lake-columns.ts';

export interface LakeFirehoseProps {
  readonly bucket: IBucket;
  /** Folder of the pipeline in the bucket. */
  readonly folder: string;
  readonly delivery: LakeByFirehose;
  readonly database: CfnDatabase;
  /** Columns of the results. */
  readonly table: CfnTable;
  readonly settings: StageSettings;
}

/** The least that Firehose takes where it partitions or converts [MiB]. */
const BUFFER_MIB = 64;

/**
 * Brings results to the lake in files of some size: JSON lines in, separated, put into the folder of the day in which
 * their window begins, and made Parquet by the schema of the Glue table.
 *
 * What Firehose cannot make sense of is kept below `errors/`; what it cannot write it tries again for a day.
 */
export class LakeFirehose extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(
    scope: Construct,
    id: string,
    { bucket, folder, delivery, database, table, settings }: LakeFirehoseProps,
  ) {
    super(scope, id);
    const role = new FirehoseRole(this, 'Role', { bucket, folder, settings });
    const isParquet = delivery.format === 'parquet';
    if (isParquet) role.grantSchema(database, table);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${folder}/results/${DAY}=!{partitionKeyFromQuery:${DAY}}/`,
        errorOutputPrefix: `${folder}/errors/!{firehose:error-output-type}/${DAY}=!{timestamp:yyyy-MM-dd}/`,
        bufferingHints: {
          sizeInMBs: BUFFER_MIB,
          intervalInSeconds: requireWholeSeconds('bufferMs', delivery.bufferMs),
        },
        compressionFormat: isParquet ? 'UNCOMPRESSED' : 'GZIP',
        cloudWatchLoggingOptions: role.logging,
        dynamicPartitioningConfiguration: { enabled: true, retryOptions: { durationInSeconds: 7_200 } },
        processingConfiguration: { enabled: true, processors: processors(isParquet) },
        ...(isParquet ? { dataFormatConversionConfiguration: toParquet(this, role, database, table) } : {}),
      },
    });
    this.stream.applyRemovalPolicy(RemovalPolicy.DESTROY); // what it holds is on its way to the bucket, whatever the stage
    this.stream.node.addDependency(role.policy);
  }

  grantPut(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['firehose:PutRecordBatch'], resourceArns: [this.stream.attrArn] });
  }
}

/** Lines are separated, then each says its day; files of JSON get their line ends back. */
function processors(isParquet: boolean): CfnDeliveryStream.ProcessorProperty[] {
  const processor = (
    type: string,
    parameters: Readonly<Record<string, string>>,
  ): CfnDeliveryStream.ProcessorProperty => ({
    type,
    parameters: Object.entries(parameters).map(([parameterName, parameterValue]) => ({
      parameterName,
      parameterValue,
    })),
  });
  return [
    processor('RecordDeAggregation', { SubRecordType: 'JSON' }),
    processor('MetadataExtraction', {
      MetadataExtractionQuery: `{${DAY}: (${lakeDayInJq('windowStartMs')})}`,
      JsonParsingEngine: 'JQ-1.6',
    }),
    ...(isParquet ? [] : [processor('AppendDelimiterToRecord', { Delimiter: '\\n' })]),
  ];
}

function toParquet(
  scope: Construct,
  { roleArn }: FirehoseRole,
  database: CfnDatabase,
  table: CfnTable,
): CfnDeliveryStream.DataFormatConversionConfigurationProperty {
  const { account, region } = Stack.of(scope);
  return {
    enabled: true,
    inputFormatConfiguration: { deserializer: { openXJsonSerDe: { caseInsensitive: true } } },
    outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
    schemaConfiguration: {
      catalogId: account,
      region,
      databaseName: database.ref,
      tableName: table.ref,
      roleArn,
      versionId: 'LATEST',
    },
  };
}
