import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { KafkaCluster } from '../../../../lib/ingest/kafka/cluster.ts';
import type { KafkaClusterSettings } from '../../../../lib/ingest/kafka/settings.ts';
import { rightsOf } from '../../rights.ts';
import type { Right } from '../../rights.ts';
import { caSecretArn, created, everyKind, existing, scram, selfManaged, usingStack } from './clusters.ts';

type Use = (cluster: KafkaCluster, role: Role) => void;
const poll: Use = (cluster, role) => cluster.grantPoll(role, 'departures', 'tidemark-orders-dev');
const read: Use = (cluster, role) => cluster.grantRead(role, 'departures');
const write: Use = (cluster, role) => cluster.grantWrite(role, 'totals');
const manage: Use = (cluster, role) => cluster.grantManage(role, 'departures');

const rights = (cluster: KafkaClusterSettings, use: Use): Right[] =>
  rightsOf(Template.fromStack(usingStack(cluster, use)));
const onKafka = (cluster: KafkaClusterSettings, use: Use): Right[] =>
  rights(cluster, use).filter(({ actions }) => actions.every((action) => action.startsWith('kafka')));

/** The only resources with a wildcard, and why. */
const explainedWildcards: Readonly<Record<string, string>> = {
  'arn:AWS::Partition:ec2:AWS::Region:AWS::AccountId:*/*':
    'Lambda checks that the role may change network interfaces whatever their id',
  '*': 'EC2 knows no resource for what only describes',
};

describe.each(everyKind)('the rights on a cluster, %s', (_, cluster) => {
  const all: Use = (...using) => [poll, read, write, manage].forEach((use) => use(...using));

  it('have no wildcard in an action, and none in a resource without a reason', () => {
    const granted = rights(cluster, all);
    expect(granted.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    expect(
      granted
        .flatMap(({ resources }) => resources)
        .filter((resource) => resource.includes('*') && !(resource in explainedWildcards)),
    ).toEqual([]);
  });

  it('leave no finding of the AWS Solutions rules open, and warn of nothing', () => {
    const stack = usingStack(cluster, all);
    expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('by IAM, on a cluster by its ARN', () => {
  const ofCluster = (kind: string): string => existing.clusterArn.replace(':cluster/', `:${kind}/`);

  it('polling is finding the cluster, reading the one topic and being in the one group', () => {
    expect(onKafka(existing, poll)).toEqual([
      {
        actions: [
          'kafka-cluster:Connect',
          'kafka-cluster:DescribeClusterDynamicConfiguration',
          'kafka:DescribeClusterV2',
          'kafka:GetBootstrapBrokers',
        ],
        resources: [existing.clusterArn],
      },
      {
        actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
        resources: [`${ofCluster('topic')}/departures`],
      },
      {
        actions: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
        resources: [`${ofCluster('group')}/tidemark-orders-dev`],
      },
    ]);
  });

  it('reading needs no group', () => {
    expect(rights(existing, read)).toEqual([
      { actions: ['kafka-cluster:Connect'], resources: [existing.clusterArn] },
      {
        actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
        resources: [`${ofCluster('topic')}/departures`],
      },
    ]);
  });

  it('writing does not read', () => {
    expect(rights(existing, write)).toEqual([
      { actions: ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], resources: [existing.clusterArn] },
      {
        actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
        resources: [`${ofCluster('topic')}/totals`],
      },
    ]);
  });

  it('managing neither reads nor writes', () => {
    const actions = [
      'AlterTopic',
      'AlterTopicDynamicConfiguration',
      'CreateTopic',
      'DeleteTopic',
      'DescribeTopic',
      'DescribeTopicDynamicConfiguration',
    ].map((action) => `kafka-cluster:${action}`);
    expect(rights(existing, manage)).toEqual([
      { actions: ['kafka-cluster:Connect'], resources: [existing.clusterArn] },
      { actions, resources: [`${ofCluster('topic')}/departures`] },
    ]);
  });
});

it.each(Object.values(created))('topics and groups of a $kind cluster are named by the ARN that it gets', (cluster) => {
  expect(onKafka(cluster, poll).flatMap(({ resources }) => resources)).toEqual([
    'KafkaCluster.Arn',
    'KafkaCluster.Arn[0]:topic/KafkaCluster.Arn[1]/departures',
    'KafkaCluster.Arn[0]:group/KafkaCluster.Arn[1]/tidemark-orders-dev',
  ]);
});

describe('by secret', () => {
  it('each right is to read it, with its key and the authority of the brokers', () => {
    const cluster: KafkaClusterSettings = {
      ...selfManaged,
      auth: { ...selfManaged.auth, keyArn: scram.keyArn },
      caSecretArn,
    };
    for (const use of [poll, read, write, manage]) {
      expect(rights(cluster, use)).toEqual([
        { actions: ['secretsmanager:GetSecretValue'], resources: [caSecretArn, selfManaged.auth.secretArn] },
        { actions: ['kms:Decrypt'], resources: [scram.keyArn] },
      ]);
    }
  });

  it('a poller finds a cluster of MSK and which secrets it knows', () => {
    expect(onKafka({ ...existing, auth: scram }, poll)).toEqual([
      {
        actions: ['kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers', 'kafka:ListScramSecrets'],
        resources: [existing.clusterArn],
      },
    ]);
    expect(onKafka({ ...existing, auth: scram }, read)).toEqual([]);
  });
});

describe('in a network', () => {
  const attach: Use = ({ network }, role) => network?.grantAttach(role);

  it('Lambda may attach a function, and needs to for polling', () => {
    const attached = rights(existing, attach);
    expect(attached).toEqual([
      {
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['arn:AWS::Partition:ec2:AWS::Region:AWS::AccountId:*/*'],
      },
      {
        actions: [
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
        ],
        resources: ['*'],
      },
    ]);
    expect(rights(existing, poll)).toEqual(expect.arrayContaining(attached));
  });

  it('the code of the function is denied it', () => {
    const denied = { Effect: 'Deny', Resource: '*', Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } };
    const [policy] = Object.values(Template.fromStack(usingStack(existing, attach)).findResources('AWS::IAM::Policy'));
    const statements = policy?.['Properties'].PolicyDocument.Statement as Array<{ Effect: string; Action: string[] }>;
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toEqual([{ ...denied, Action: allowed.sort() }]);
  });

  it('outside of one there is nothing to attach', () => {
    expect(rights(selfManaged, poll).flatMap(({ actions }) => actions)).toEqual(['secretsmanager:GetSecretValue']);
  });
});
