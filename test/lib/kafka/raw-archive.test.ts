import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { KafkaClusterSettings } from '../../../lib/ingest/kafka/settings.ts';
import { created, existing, kafkaTemplate, selfManaged } from '../ingest/kafka/clusters.ts';
import { rightsOf } from '../rights.ts';
import { pipelineStack, purchases, synthesize } from '../synthesize.ts';

const FIREHOSE = 'AWS::KinesisFirehose::DeliveryStream';
const POLICY = 'AWS::MSK::ClusterPolicy';
const options = (cluster: KafkaClusterSettings, archive = true) => ({
  topology: purchases,
  overrides: { archive, kafka: { cluster } },
});

describe('the raw archive of a topic', () => {
  it('reads it from its first record, through a connection of its own, and writes one record per line by day', () => {
    synthesize(options(existing)).hasResource(FIREHOSE, {
      Properties: {
        DeliveryStreamType: 'MSKAsSource',
        MSKSourceConfiguration: {
          MSKClusterARN: existing.clusterArn,
          TopicName: 'purchases',
          ReadFromTimestamp: '1970-01-01T00:00:00Z',
          AuthenticationConfiguration: {
            Connectivity: 'PRIVATE',
            RoleARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ArchiveRole'), 'Arn'] },
          },
        },
        ExtendedS3DestinationConfiguration: Match.objectLike({
          Prefix: 'orders/raw/day=!{timestamp:yyyy-MM-dd}/',
          CompressionFormat: 'GZIP',
        }),
      },
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^ArchiveRolePolicy'),
        Match.stringLikeRegexp('^TopicsSource'),
      ]),
    });
  });

  it('may find the cluster, read the one topic and see its groups, and write below its own folder', () => {
    const before = new Set(rightsOf(synthesize(options(existing, false))).map((right) => JSON.stringify(right)));
    const named = (kind: string, name: string): string =>
      `${existing.clusterArn.replace(':cluster/', `:${kind}/`)}/${name}`;
    expect(rightsOf(synthesize(options(existing))).filter((right) => !before.has(JSON.stringify(right)))).toEqual([
      {
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: ['LakeFilesBucket.Arn/orders/raw/*'],
      },
      { actions: ['logs:PutLogEvents'], resources: ['ArchiveRoleLogs.Arn'] },
      {
        actions: [
          'kafka-cluster:Connect',
          'kafka:DescribeCluster',
          'kafka:DescribeClusterV2',
          'kafka:GetBootstrapBrokers',
        ],
        resources: [existing.clusterArn],
      },
      {
        actions: [
          'kafka-cluster:DescribeTopic',
          'kafka-cluster:DescribeTopicDynamicConfiguration',
          'kafka-cluster:ReadData',
        ],
        resources: [named('topic', 'purchases')],
      },
      { actions: ['kafka-cluster:DescribeGroup'], resources: [named('group', '*')] },
    ]);
  });

  it.each([
    ['serverless', created.serverless],
    ['existing', existing],
  ] as const)('leaves no finding of the AWS Solutions rules open, cluster %s', (_, cluster) => {
    expect(new AwsSolutionsChecks().validateScope(pipelineStack(options(cluster))).violations).toEqual([]);
  });

  it('is let in by a serverless cluster just where the stage wants archives', () => {
    kafkaTemplate(created.serverless).resourceCountIs(POLICY, 0);
    kafkaTemplate(created.serverless, { archive: true }).hasResourceProperties(POLICY, {
      Policy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'firehose.amazonaws.com' },
            Action: 'kafka:CreateVpcConnection',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KafkaCluster'), 'Arn'] },
          },
        ],
      },
    });
  });

  it.each<[string, KafkaClusterSettings, string]>([
    ['self-managed', selfManaged, 'it reads clusters of MSK only'],
    [
      'existing, by a secret',
      { ...existing, auth: { by: 'mtls', secretArn: selfManaged.auth.secretArn } },
      'it comes with IAM only',
    ],
    [
      'provisioned',
      created.provisioned,
      'private connectivity of brokers cannot be switched on while they are created; do so afterwards, and name the cluster as one that exists',
    ],
    [
      'express',
      created.express,
      'private connectivity of brokers cannot be switched on while they are created; do so afterwards, and name the cluster as one that exists',
    ],
  ])('is refused where Firehose has no way to the brokers: %s', (_, cluster, why) => {
    expect(() => synthesize(options(cluster))).toThrow(
      expect.objectContaining({
        code: 'TOPIC_NOT_ARCHIVED',
        kind: 'invalid',
        message: `archive must be false for topic purchases, got true; Firehose cannot read it: ${why}`,
      }),
    );
  });
});
