import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { CreatedKafka } from '../../../../lib/ingest/kafka/settings.ts';
import { rightsOf } from '../../rights.ts';
import { created, kafkaStack, kafkaTemplate, subnets } from './clusters.ts';

const kinds = Object.values(created);
const withBrokers = [created.provisioned, created.express];
const only = (template: Template, type: string): Record<string, unknown> => {
  const [resource, ...more] = Object.values(template.findResources(type));
  expect(more).toEqual([]);
  return resource?.['Properties'] as Record<string, unknown>;
};

describe.each(kinds)('a cluster that is created, $kind', (cluster) => {
  it('leaves no finding of the AWS Solutions rules open, in a network of its own or of somebody else', () => {
    expect(new AwsSolutionsChecks().validateScope(kafkaStack(cluster, { stage: 'prod' })).violations).toEqual([]);
    expect(new AwsSolutionsChecks().validateScope(kafkaStack({ ...cluster, network: subnets })).violations).toEqual([]);
  });

  it('stays with its network when the stage keeps data, and goes otherwise', () => {
    const ofData = (template: Template) =>
      Object.values(template.toJSON()['Resources'] as Record<string, { Type: string; DeletionPolicy?: string }>).filter(
        ({ Type }) => /^AWS::(MSK|EC2)::/.test(Type),
      );
    for (const { DeletionPolicy } of ofData(kafkaTemplate(cluster, { stage: 'prod' })))
      expect(DeletionPolicy).toBe('Retain');
    for (const { DeletionPolicy } of ofData(kafkaTemplate(cluster))) expect(DeletionPolicy).not.toBe('Retain');
  });

  it('tells its brokers, which it may ask this one cluster for, and nothing else', () => {
    const template = kafkaTemplate(cluster);
    expect(JSON.stringify(only(template, 'Custom::BootstrapBrokers')['Create'])).toContain('GetBootstrapBrokers');
    expect(rightsOf(template).filter(({ actions }) => actions.some((action) => action.startsWith('kafka')))).toEqual([
      { actions: ['kafka:GetBootstrapBrokers'], resources: ['KafkaCluster.Arn'] },
    ]);
  });

  it('has no right with a wildcard, and no managed policy', () => {
    const template = kafkaTemplate(cluster);
    expect(
      rightsOf(template)
        .flatMap(({ actions, resources }) => [...actions, ...resources])
        .filter((text) => text.includes('*')),
    ).toEqual([]);
    for (const role of Object.values(template.findResources('AWS::IAM::Role')))
      expect(role['Properties']).not.toHaveProperty('ManagedPolicyArns');
  });
});

it('a serverless cluster lets clients in by IAM alone, in three subnets', () => {
  const { ClientAuthentication, VpcConfigs, ClusterName } = only(
    kafkaTemplate(created.serverless),
    'AWS::MSK::ServerlessCluster',
  );
  expect(ClusterName).toBe('tidemark-dev');
  expect(ClientAuthentication).toEqual({ Sasl: { Iam: { Enabled: true } } });
  expect(VpcConfigs).toEqual([
    {
      SubnetIds: [{ Ref: expect.any(String) }, { Ref: expect.any(String) }, { Ref: expect.any(String) }],
      SecurityGroups: [{ 'Fn::GetAtt': [expect.stringContaining('Brokers'), 'GroupId'] }],
    },
  ]);
});

describe.each(withBrokers)('brokers of the kind $kind', (cluster) => {
  const properties = only(kafkaTemplate(cluster), 'AWS::MSK::Cluster');

  it('are as many in each of three zones', () => {
    expect(properties['NumberOfBrokerNodes']).toBe(3);
    expect(only(kafkaTemplate({ ...cluster, brokersPerZone: 2 }), 'AWS::MSK::Cluster')['NumberOfBrokerNodes']).toBe(6);
    expect((properties['BrokerNodeGroupInfo'] as Record<string, unknown[]>)['ClientSubnets']).toHaveLength(3);
  });

  it('let clients in by IAM alone, through TLS alone, and speak TLS among each other', () => {
    expect(properties['ClientAuthentication']).toEqual({
      Sasl: { Iam: { Enabled: true }, Scram: { Enabled: false } },
      Tls: { Enabled: false },
      Unauthenticated: { Enabled: false },
    });
    expect(properties['EncryptionInfo']).toEqual({ EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } });
    expect(properties['BrokerNodeGroupInfo']).not.toHaveProperty('ConnectivityInfo');
  });

  it('log, and count records by topic', () => {
    expect(properties['LoggingInfo']).toEqual({
      BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: { Ref: expect.stringContaining('BrokerLogs') } } },
    });
    expect(properties['EnhancedMonitoring']).toBe('PER_TOPIC_PER_BROKER');
  });

  it('run the newest configuration, with the version that was asked for', () => {
    const configuration = expect.stringContaining('KafkaConfiguration');
    expect(properties['ConfigurationInfo']).toEqual({
      Arn: { 'Fn::GetAtt': [configuration, 'Arn'] },
      Revision: { 'Fn::GetAtt': [configuration, 'LatestRevision.Revision'] },
    });
    expect(properties['KafkaVersion']).toBe('3.9.x.kraft');
    expect(only(kafkaTemplate({ ...cluster, kafkaVersion: '4.1.x.kraft' }), 'AWS::MSK::Cluster')['KafkaVersion']).toBe(
      '4.1.x.kraft',
    );
  });
});

describe('the configuration of brokers', () => {
  const serverProperties = (cluster: CreatedKafka): unknown =>
    String(only(kafkaTemplate(cluster), 'AWS::MSK::Configuration')['ServerProperties']).split('\n');

  it('keeps three copies, of which two are in sync, elects no leader that lacks records, and creates no topic by itself', () => {
    expect(serverProperties(created.provisioned)).toEqual([
      'auto.create.topics.enable=false',
      'default.replication.factor=3',
      'min.insync.replicas=2',
      'unclean.leader.election.enable=false',
    ]);
  });

  it('says of Express only what it lets be said', () => {
    expect(serverProperties(created.express)).toEqual(['auto.create.topics.enable=false']);
  });
});

describe('disks of brokers', () => {
  it('begin as asked for, grow when they are three fifths full, and never shrink', () => {
    const template = kafkaTemplate({ kind: 'provisioned', instanceType: 'kafka.m7g.large', storageGiB: 200 });
    template.hasResourceProperties('AWS::MSK::Cluster', {
      BrokerNodeGroupInfo: Match.objectLike({ StorageInfo: { EBSStorageInfo: { VolumeSize: 200 } } }),
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 200,
      MaxCapacity: 16_384,
      ScalableDimension: 'kafka:broker-storage:VolumeSize',
      ResourceId: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: Match.objectLike({ TargetValue: 60, DisableScaleIn: true }),
    });
  });

  it('are not for an Express cluster to say', () => {
    const template = kafkaTemplate(created.express);
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
    expect(only(template, 'AWS::MSK::Cluster')['BrokerNodeGroupInfo']).not.toHaveProperty('StorageInfo');
  });
});
