import { Aws, Stack, Validations } from 'aws-cdk-lib';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Accepts that `grantee` has rights on every object of `bucket` below `objects`, e.g. `snapshots/*`. */
export function acknowledgeObjects(grantee: Construct, bucket: IBucket, objects: string, reason: string): void {
  const resource = bucket.node.defaultChild as CfnBucket | undefined;
  if (resource === undefined) return acknowledgeResource(grantee, bucket.arnForObjects(objects), reason); // one that was there before
  const id = `AwsSolutions-IAM5[Resource::<${Stack.of(bucket).getLogicalId(resource)}.Arn>/${objects}]`;
  Validations.of(grantee).acknowledge({ id, reason });
}

/** Accepts that `grantee` has rights on what `arn` stands for, whose only tokens are region, account and partition. */
export function acknowledgeResource(grantee: Construct, arn: string, reason: string): void {
  const shown = [Aws.PARTITION, Aws.REGION, Aws.ACCOUNT_ID].reduce(
    (text, token) => text.replaceAll(token, `<${String(Stack.of(grantee).resolve(token).Ref)}>`),
    arn,
  );
  Validations.of(grantee).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shown}]`, reason });
}
