import { Duration, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

export interface PrivateBucketProps {
  readonly settings: StageSettings;
  /** What is deleted by age. @default nothing: a log refers to its snapshots, however old */
  readonly expirations?: readonly LifecycleRule[];
  /** Name of the bucket that an earlier stack has left: it is taken over as it is; undefined: a new one. */
  readonly retainedName: string | undefined;
}

/**
 * A bucket for data that only functions touch.
 *
 * Outside prod it goes with its stack, as soon as it is empty.
 */
export function privateBucket(
  scope: Construct,
  id: string,
  { settings, expirations = [], retainedName }: PrivateBucketProps,
): IBucket {
  if (retainedName !== undefined) return Bucket.fromBucketName(scope, id, retainedName);
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned: false,
    lifecycleRules: [
      { id: 'AbortUnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ...expirations,
    ],
    removalPolicy: removalOf(settings),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only the functions of this stack have rights here; who needs an audit of objects turns on CloudTrail data events for the account.',
  });
  return bucket as IBucket;
}
