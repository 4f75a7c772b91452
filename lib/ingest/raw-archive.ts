import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FirehoseRole } from '../firehose-role.ts';
import type { StageSettings } from '../settings.ts';
import { archiveSource } from './archive-source.ts';
import type { Ingest } from './ingest.ts';

export interface RawArchiveProps {
  readonly ingest: Ingest;
  readonly bucket: IBucket;
  /** In the bucket. @example 'flights/raw' */
  readonly folder: string;
  readonly settings: StageSettings;
}

/**
 * Every record of the source as producers sent it, one per line, by the day on which Firehose read it: what is left
 * when the source has forgotten. It does not go through the pipeline, so nothing that is wrong there is wrong here.
 */
export class RawArchive extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, { ingest, bucket, folder, settings }: RawArchiveProps) {
    super(scope, id);
    const role = new FirehoseRole(this, 'Role', { bucket, folder, settings });
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...archiveSource(role, ingest),
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${folder}/day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${folder}/errors/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        bufferingHints: { sizeInMBs: 128, intervalInSeconds: 900 },
        compressionFormat: 'GZIP',
        cloudWatchLoggingOptions: role.logging,
        processingConfiguration: {
          enabled: true,
          processors: [
            { type: 'AppendDelimiterToRecord', parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }] },
          ],
        },
      },
    });
    this.stream.applyRemovalPolicy(RemovalPolicy.DESTROY); // what it has read is still in the source
    this.stream.node.addDependency(role.policy);
    if (ingest.kind === 'kafka' && ingest.made !== undefined) this.stream.node.addDependency(ingest.made);
    acknowledgeSource(this.stream);
  }
}

function acknowledgeSource(stream: CfnDeliveryStream): void {
  Validations.of(stream).acknowledge({
    id: 'AwsSolutions-KDF1',
    reason:
      'Firehose refuses a key of its own where it reads a source: records are encrypted by the key of that source.',
  });
}
