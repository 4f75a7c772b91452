import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeObjects } from '../checks.ts';
import { privateBucket } from '../private-bucket.ts';
import type { StageSettings } from '../settings.ts';

export interface LakeBucketProps {
  readonly settings: StageSettings;
}

/** Results, late records and dead letters as files. Every pipeline has one: nothing that is refused gets lost (PL-15). */
export class LakeBucket extends Construct {
  readonly bucket: Bucket;
  /** `s3://bucket` */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings }: LakeBucketProps) {
    super(scope, id);
    this.bucket = privateBucket(this, 'Bucket', settings);
    this.url = `s3://${this.bucket.bucketName}`;
  }

  /** Write only. */
  grantAppend(grantee: IGrantable & Construct): void {
    Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [this.bucket.arnForObjects('*')] });
    acknowledgeObjects(grantee, this.bucket, '*', 'A file has output, time and commit id in its name, so the names are not known beforehand.');
  }
}
