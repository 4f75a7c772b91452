import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeObjects } from '../acknowledge.ts';
import { privateBucket } from '../private-bucket.ts';
import type { StageSettings } from '../settings.ts';

export interface SnapshotBucketProps {
  readonly settings: StageSettings;
  /** Of an earlier stack; undefined: a new bucket. */
  readonly retainedName: string | undefined;
}

const prefix = 'snapshots';

/** Snapshots of state, and deltas too large for a slot. Never expired by age: the log says which are no longer needed (PL-8). */
export class SnapshotBucket extends Construct {
  readonly bucket: IBucket;
  /** `s3://bucket/snapshots` */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings, retainedName }: SnapshotBucketProps) {
    super(scope, id);
    this.bucket = privateBucket(this, 'Bucket', { settings, retainedName });
    this.url = `s3://${this.bucket.bucketName}/${prefix}`;
  }

  /** Read, write, list and, once the log has let go of them, delete. */
  grantKeep(grantee: IGrantable & Construct): void {
    const objects = `${prefix}/*`;
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resourceArns: [this.bucket.arnForObjects(objects)],
    });
    // Without it, S3 answers "access denied" where it should say that there is no such object.
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
    acknowledgeObjects(
      grantee,
      this.bucket,
      objects,
      'A snapshot has version and commit id in its name, so the names are not known beforehand.',
    );
  }
}
