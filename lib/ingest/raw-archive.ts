import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FirehoseRole } from '../firehose-role.ts';
import type { StageSettings } from '../settings.ts';

export interface RawArchiveProps {
  readonly stream: IStream;
  readonly bucket: Bucket;
  /** Folder of the pipeline in the bucket; the archive lies below `raw/`. */
  readonly folder: string;
  readonly settings: StageSettings;
}

/**
 * Every record of the source stream as producers sent it, one per line, by the day on which Firehose read it: what is left
 * when the stream has forgotten. It does not go through the pipeline, so nothing that is wrong there is wrong here.
 */
export class RawArchive extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, { stream, bucket, folder, settings }: RawArchiveProps) {
    super(scope, id);
    const role = new FirehoseRole(this, 'Role', { bucket, folder: `${folder}/raw`, settings });
    role.allow(['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'], stream.streamArn);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'KinesisStreamAsSource',
      kinesisStreamSourceConfiguration: { kinesisStreamArn: stream.streamArn, roleArn: role.roleArn },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${folder}/raw/day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${folder}/raw/errors/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        bufferingHints: { sizeInMBs: 128, intervalInSeconds: 900 },
        compressionFormat: 'GZIP',
        cloudWatchLoggingOptions: role.logging,
        processingConfiguration: { enabled: true, processors: [{ type: 'AppendDelimiterToRecord', parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }] }] },
      },
    });
    this.stream.applyRemovalPolicy(RemovalPolicy.DESTROY); // what it has read is still in the source stream
    this.stream.node.addDependency(role.policy);
    acknowledgeSource(this.stream);
  }
}

function acknowledgeSource(stream: CfnDeliveryStream): void {
  Validations.of(stream).acknowledge({ id: 'AwsSolutions-KDF1', reason: 'Firehose refuses a key of its own where a Kinesis stream is the source: records are encrypted by the key of that stream.' });
}
