import { Duration, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

/**
 * A bucket for data that only functions touch. Nothing in it expires: a log refers to its snapshots, however old.
 *
 * Outside prod it goes with its stack, as soon as it is empty.
 */
export function privateBucket(scope: Construct, id: string, settings: StageSettings): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned: false,
    lifecycleRules: [{ id: 'AbortUnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    removalPolicy: removalOf(settings),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only the functions of this stack have rights here; who needs an audit of objects turns on CloudTrail data events for the account.',
  });
  return bucket;
}
