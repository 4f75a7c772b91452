import { Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeObjects } from '../acknowledge.ts';
import { privateBucket } from '../private-bucket.ts';
import type { StageSettings } from '../settings.ts';

export interface LakeBucketProps {
  readonly settings: StageSettings;
  /** Folder of the pipeline: all that its functions may write lies below. */
  readonly folder: string;
}

/** Results, late records and dead letters as files. Every pipeline has one: nothing that is refused gets lost (PL-15). */
export class LakeBucket extends Construct {
  readonly bucket: IBucket;
  /** `s3://bucket` */
  readonly url: string;
  readonly #objects: string;

  constructor(scope: Construct, id: string, { settings, folder }: LakeBucketProps) {
    super(scope, id);
    this.#objects = `${folder}/*`;
    const retainedName = settings.retained[folder]?.lakeBucket;
    this.bucket = privateBucket(this, 'Bucket', {
      settings,
      retainedName,
      expirations: expirationsOf(folder, settings),
    });
    this.url = `s3://${this.bucket.bucketName}`;
  }

  /** Write only. */
  grantAppend(grantee: IGrantable & Construct): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:PutObject'],
      resourceArns: [this.bucket.arnForObjects(this.#objects)],
    });
    acknowledgeObjects(
      grantee,
      this.bucket,
      this.#objects,
      'A file has output, time and commit id in its name, so the names are not known beforehand.',
    );
  }
}

/** Objects that hold records as producers sent them expire. */
function expirationsOf(folder: string, { refusedRetentionDays, archiveRetentionDays }: StageSettings): LifecycleRule[] {
  const expire = (id: string, path: string, days: number): LifecycleRule => ({
    id,
    prefix: `${folder}/${path}/`,
    expiration: Duration.days(days),
  });
  return [
    expire('ExpireLateRecords', 'late', refusedRetentionDays),
    expire('ExpireDeadLetters', 'dead-letters', refusedRetentionDays),
    expire('ExpireArchive', 'raw', archiveRetentionDays),
  ];
}
