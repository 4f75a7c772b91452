import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { StageOverrides } from '../../lib/settings.ts';
import { orders, synthesize } from './synthesize.ts';

const STREAM = 'AWS::Kinesis::Stream';
const TABLE = 'AWS::DynamoDB::Table';
const BUCKET = 'AWS::S3::Bucket';
const dev = synthesize();
const prod = synthesize({ stage: 'prod' });

describe('the stream', () => {
  it('is encrypted with a key of KMS', () => {
    dev.hasResourceProperties(STREAM, { StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } });
  });

  it('has the very name that the pipeline gives it in prod, and its stage behind it elsewhere', () => {
    prod.hasResourceProperties(STREAM, { Name: 'purchases' });
    dev.hasResourceProperties(STREAM, { Name: 'purchases-dev' });
  });

  it('has as many shards and keeps records as long as its stage says', () => {
    const template = synthesize({
      overrides: { streamCapacity: { mode: 'provisioned', shardCount: 4 }, streamRetentionHours: 72 },
    });
    template.hasResourceProperties(STREAM, {
      ShardCount: 4,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 72,
    });
  });

  it('takes in as much as comes on demand', () => {
    const template = synthesize({ overrides: { streamCapacity: { mode: 'on-demand' } } });
    template.hasResourceProperties(STREAM, {
      ShardCount: Match.absent(),
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
  });
});

describe('the partition log table', () => {
  it('has one item per slot', () => {
    dev.hasResourceProperties(TABLE, {
      KeySchema: [{ AttributeName: 'slotKey', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'slotKey', AttributeType: 'S' }],
    });
  });

  it('has no time to live: slots are never deleted (PL-2)', () => {
    dev.allResourcesProperties(TABLE, { TimeToLiveSpecification: Match.absent() });
  });
});

describe('the results table', () => {
  it('has one item per key and window', () => {
    dev.hasResourceProperties(TABLE, {
      KeySchema: [
        { AttributeName: 'key', KeyType: 'HASH' },
        { AttributeName: 'windowStartMs', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'key', AttributeType: 'S' },
        { AttributeName: 'windowStartMs', AttributeType: 'N' },
      ],
    });
  });

  it('is there only for a pipeline that writes to it', () => {
    const lakeOnly = synthesize({ topology: { ...orders, sinks: [{ kind: 'lake' }] } });
    lakeOnly.resourceCountIs(TABLE, 1);
    expect(lakeOnly.findOutputs('ResultsTableName')).toEqual({});
  });
});

describe('the log table', () => {
  it('can be restored as far back as snapshots are kept', () => {
    const template = synthesize({ overrides: { recoveryDays: 7 } });
    template.hasResourceProperties(TABLE, {
      KeySchema: [{ AttributeName: 'slotKey', KeyType: 'HASH' }],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TIDEMARK_RECOVERY_DAYS: '7' }) },
    });
  });
});

describe('bodies of the log', () => {
  it('are objects above 8 KiB, or above what the stage says, for every function', () => {
    const limitsOf = (overrides: StageOverrides): unknown[] =>
      Object.values(synthesize({ overrides }).findResources('AWS::Lambda::Function')).flatMap(({ Properties }) => {
        const variables = (Properties.Environment?.Variables ?? {}) as Record<string, unknown>;
        return 'TIDEMARK_LOG_TABLE' in variables ? [variables['TIDEMARK_INLINE_KIB']] : [];
      });
    expect(limitsOf({})).toEqual(['8', '8']);
    expect(limitsOf({ inlineLimitKiB: 32 })).toEqual(['32', '32']);
  });
});

describe('every table', () => {
  it('is paid by request and can be restored to any second', () => {
    dev.resourceCountIs(TABLE, 2);
    dev.allResourcesProperties(TABLE, {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('is protected from deletion in prod', () => {
    prod.allResourcesProperties(TABLE, { DeletionProtectionEnabled: true });
    dev.allResourcesProperties(TABLE, { DeletionProtectionEnabled: false });
  });
});

describe('every bucket', () => {
  it('is closed to the public, encrypted, and ruled by its owner', () => {
    dev.resourceCountIs(BUCKET, 2);
    dev.allResourcesProperties(BUCKET, {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      VersioningConfiguration: Match.absent(),
    });
  });

  it('refuses requests without TLS', () => {
    dev.resourceCountIs('AWS::S3::BucketPolicy', 2);
    dev.allResourcesProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Action: 's3:*', Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  const unfinished = {
    Id: 'AbortUnfinishedUploads',
    Status: 'Enabled',
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  const expires = (Id: string, Prefix: string, ExpirationInDays: number) => ({
    Id,
    Status: 'Enabled',
    Prefix,
    ExpirationInDays,
  });

  it('lets no snapshot expire by its age', () => {
    dev.resourcePropertiesCountIs(BUCKET, { LifecycleConfiguration: { Rules: Match.exact([unfinished]) } }, 1);
  });

  it('lets late records, dead letters and the archive expire, which hold what producers sent, and no result', () => {
    const rules = (refused: number, archived: number) => [
      unfinished,
      expires('ExpireLateRecords', 'orders/late/', refused),
      expires('ExpireDeadLetters', 'orders/dead-letters/', refused),
      expires('ExpireArchive', 'orders/raw/', archived),
    ];
    dev.resourcePropertiesCountIs(BUCKET, { LifecycleConfiguration: { Rules: Match.exact(rules(90, 365)) } }, 1);
    const short = synthesize({ overrides: { refusedRetentionDays: 7, archiveRetentionDays: 30 } });
    short.resourcePropertiesCountIs(BUCKET, { LifecycleConfiguration: { Rules: Match.exact(rules(7, 30)) } }, 1);
  });
});

describe('all that holds data', () => {
  it.each([STREAM, TABLE, BUCKET])('%s outlives the stack in prod and goes with it in dev', (type) => {
    prod.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    dev.allResources(type, { DeletionPolicy: 'Delete' });
  });
});
