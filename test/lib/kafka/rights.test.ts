import { describe, expect, it } from '@jest/globals';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { DeployedTopology } from '../../../lib/deployed-topology.ts';
import type { StageOverrides } from '../../../lib/settings.ts';
import { created, existing, selfManaged } from '../ingest/kafka/clusters.ts';
import { rightsOf } from '../rights.ts';
import type { Right } from '../rights.ts';
import { orders, pipelineStack, purchases, synthesize } from '../synthesize.ts';

const TOPIC_SINK = { kind: 'topic', topic: 'totals', latestPer: 'key' } as const;
const GLUE = { kind: 'avro', registry: 'glue', readerSchema: undefined } as const;
const everything: DeployedTopology = {
  ...purchases,
  source: { ...purchases.source, format: GLUE },
  sinks: [...orders.sinks, { kind: 'stream', stream: 'results' }, TOPIC_SINK],
};
const services = ['kinesis-streams', 'glue'] as const;

/** The only resources with a wildcard, and why. */
const explainedWildcards: Readonly<Record<string, string>> = {
  'SnapshotsBucket.Arn/snapshots/*': 'a snapshot has version and commit id in its name',
  'LakeFilesBucket.Arn/orders/*':
    'a file has output, time and commit id in its name; Firehose chooses the names of its own',
  'arn:AWS::Partition:ec2:AWS::Region:AWS::AccountId:*/*':
    'Lambda checks that the role may change network interfaces whatever their id; the code is denied it',
  '*': 'EC2 knows no resource for what only describes, Glue none for the version of a schema by its id',
};

const clusters: ReadonlyArray<readonly [string, StageOverrides]> = [
  ['serverless', { kafka: { cluster: created.serverless, services } }],
  ['provisioned', { kafka: { cluster: created.provisioned, services } }],
  ['existing', { kafka: { cluster: existing } }],
  ['self-managed', { kafka: { cluster: selfManaged } }],
  ['self-managed in a network', { kafka: { cluster: { ...selfManaged, network: existing.network } } }],
];

describe.each(clusters)('the rights of a pipeline with topics, cluster %s', (_, overrides) => {
  const rights = rightsOf(synthesize({ topology: everything, overrides }));

  it('have no wildcard in an action, and none in a resource without a reason', () => {
    expect(rights.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    expect(
      rights
        .flatMap(({ resources }) => resources)
        .filter((resource) => resource.includes('*') && !(resource in explainedWildcards)),
    ).toEqual([]);
    const onEverything = rights.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions);
    expect(onEverything.filter((action) => !/^(ec2:Describe|glue:GetSchemaVersion$)/.test(action))).toEqual([]);
  });

  it('come without a managed policy', () => {
    for (const role of Object.values(synthesize({ topology: everything, overrides }).findResources('AWS::IAM::Role')))
      expect(role['Properties']).not.toHaveProperty('ManagedPolicyArns');
  });

  it('leave no finding of the AWS Solutions rules open', () => {
    for (const stage of ['dev', 'prod'] as const)
      expect(
        new AwsSolutionsChecks().validateScope(pipelineStack({ topology: everything, stage, overrides })).violations,
      ).toEqual([]);
  });
});

describe('on a cluster by its ARN, right by right', () => {
  const rights = rightsOf(
    synthesize({ topology: { ...purchases, sinks: [TOPIC_SINK] }, overrides: { kafka: { cluster: existing } } }),
  );
  const named = (kind: string, name: string): string =>
    `${existing.clusterArn.replace(':cluster/', `:${kind}/`)}/${name}`;
  const on = (resource: string): string[][] =>
    rights.filter(({ resources }) => resources.includes(resource)).map(({ actions }) => [...actions]);
  const connect = 'kafka-cluster:Connect';
  const [read, write] = [
    ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
    ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
  ];
  const manage = [
    'AlterTopic',
    'AlterTopicDynamicConfiguration',
    'CreateTopic',
    'DeleteTopic',
    'DescribeTopic',
    'DescribeTopicDynamicConfiguration',
  ].map((action) => `kafka-cluster:${action}`);

  it('one function makes topics, both read the source and put results, and one of them is polled for', () => {
    expect(on(named('topic', 'purchases'))).toEqual([manage, read, read]);
    expect(on(named('topic', 'totals'))).toEqual([manage, write, write]);
    expect(on(named('group', 'tidemark-orders-dev-AWS::StackId[2]'))).toEqual([
      ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
    ]);
    expect(on(existing.clusterArn)).toEqual([
      [connect],
      [
        connect,
        'kafka-cluster:DescribeClusterDynamicConfiguration',
        'kafka-cluster:WriteDataIdempotently',
        'kafka:DescribeClusterV2',
        'kafka:GetBootstrapBrokers',
      ],
      [connect, 'kafka-cluster:WriteDataIdempotently'],
    ]);
  });

  it("CloudFormation's function calls the one for topics, and nothing else", () => {
    expect(
      rights.filter(({ actions }) => actions.includes('lambda:InvokeFunction')).map(({ resources }) => resources),
    ).toEqual([['TopicsProviderFunction.Arn'], ['TickFunction.Arn']]);
  });

  it('end there: beside them there are those of any pipeline', () => {
    const text = (right: Right): string => JSON.stringify(right);
    const ofAny = new Set(rightsOf(synthesize({ topology: { ...orders, sinks: [] } })).map(text));
    const resources = rights.filter((right) => !ofAny.has(text(right))).flatMap((right) => right.resources);
    expect([...new Set(resources)].sort()).toEqual([
      '*',
      'TopicsProviderFrameworkLogs.Arn',
      'TopicsProviderFunction.Arn',
      'TopicsProviderLogs.Arn',
      'arn:AWS::Partition:ec2:AWS::Region:AWS::AccountId:*/*',
      existing.clusterArn,
      named('group', 'tidemark-orders-dev-AWS::StackId[2]'),
      named('topic', 'purchases'),
      named('topic', 'totals'),
    ]);
  });
});

describe('with a secret', () => {
  it('all three functions read it, and nothing asks MSK', () => {
    const rights = rightsOf(synthesize({ topology: purchases, overrides: { kafka: { cluster: selfManaged } } }));
    expect(rights.filter(({ resources }) => resources.includes(selfManaged.auth.secretArn))).toEqual(
      Array(3).fill({ actions: ['secretsmanager:GetSecretValue'], resources: [selfManaged.auth.secretArn] }),
    );
    expect(rights.flatMap(({ actions }) => actions).filter((action) => action.startsWith('kafka'))).toEqual([]);
  });

  it('of a schema registry both functions of the pipeline read that one too', () => {
    const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-a1b2c3';
    const topology = { ...orders, source: { ...orders.source, format: { ...GLUE, registry: 'confluent' } } } as const;
    const rights = rightsOf(
      synthesize({ topology, overrides: { schemaRegistry: { address: 'https://registry.example.com', secretArn } } }),
    );
    expect(rights.filter(({ resources }) => resources.includes(secretArn))).toEqual(
      Array(2).fill({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
    );
  });
});
