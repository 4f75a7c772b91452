import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { LogGroup, LogStream } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeObjects } from './acknowledge.ts';
import type { StageSettings } from './settings.ts';

export interface FirehoseRoleProps {
  readonly bucket: IBucket;
  /** All that it may write lies below. */
  readonly folder: string;
  readonly settings: StageSettings;
}

/**
 * What a Firehose stream may do: write below one folder of one bucket, and say in a log what it could not write.
 *
 * By hand: the library's grant covers every object of the bucket, and deletes.
 */
export class FirehoseRole extends Construct {
  readonly roleArn: string;
  /** Whoever uses the role waits for its rights. */
  readonly policy: Policy;
  readonly logging: { readonly enabled: true; readonly logGroupName: string; readonly logStreamName: string };

  constructor(scope: Construct, id: string, { bucket, folder, settings }: FirehoseRoleProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    this.roleArn = role.roleArn;
    this.policy = new Policy(this, 'Policy', { roles: [role] });
    this.allow(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], bucket.arnForObjects(`${folder}/*`));
    this.allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket.bucketArn);
    acknowledgeObjects(
      this.policy,
      bucket,
      `${folder}/*`,
      'Firehose chooses the names of its files, so they are not known beforehand.',
    );

    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logStream = new LogStream(this, 'LogStream', { logGroup, removalPolicy: RemovalPolicy.DESTROY });
    this.allow(['logs:PutLogEvents'], logGroup.logGroupArn);
    this.logging = { enabled: true, logGroupName: logGroup.logGroupName, logStreamName: logStream.logStreamName };
  }

  /** Reads the columns of a table. */
  grantSchema(database: CfnDatabase, table: CfnTable): void {
    const glue = (resource: string, resourceName?: string): string =>
      Stack.of(this).formatArn({
        service: 'glue',
        resource,
        ...(resourceName === undefined ? { arnFormat: ArnFormat.NO_RESOURCE_NAME } : { resourceName }),
      });
    this.allow(
      ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
      glue('catalog'),
      glue('database', database.ref),
      glue('table', `${database.ref}/${table.ref}`),
    );
  }

  /** Further rights of one kind of Firehose stream. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.policy.addStatements(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}
