import { describe, expect, it } from '@jest/globals';
import type { KafkaClusterSettings, KafkaSettings } from '../../../../lib/ingest/kafka/settings.ts';
import { stageSettings } from '../../../../lib/settings.ts';
import { existing, selfManaged, subnets } from './clusters.ts';

const settings = (kafka: Partial<KafkaSettings>) => stageSettings('dev', { kafka });
const withCluster = (cluster: KafkaClusterSettings) => settings({ cluster });

describe('what a stage says of Kafka', () => {
  it('is a serverless cluster, topics with their defaults and pollers of Lambda', () => {
    expect(stageSettings('prod').kafka).toEqual({
      cluster: { kind: 'serverless' },
      topics: {},
      polling: { mode: 'on-demand' },
      services: [],
    });
  });

  it('may be overridden in part', () => {
    const polling = { mode: 'provisioned', minPollers: 1, maxPollers: 2_000 } as const;
    expect(settings({ polling }).kafka).toMatchObject({ cluster: { kind: 'serverless' }, polling });
  });

  it('takes the ends of each range', () => {
    expect(() =>
      withCluster({
        kind: 'provisioned',
        instanceType: 'kafka.m7g.large',
        brokersPerZone: 10,
        storageGiB: 16_384,
        kafkaVersion: '3.9.x.kraft',
      }),
    ).not.toThrow();
    expect(() =>
      withCluster({ kind: 'express', instanceType: 'express.m7g.16xlarge', brokersPerZone: 1 }),
    ).not.toThrow();
    expect(() =>
      settings({ topics: { 'a.b_c-1': { partitions: 10_000, retentionHours: 8_760 }, theirs: 'existing' } }),
    ).not.toThrow();
  });

  it('may be a cluster that is there, in each of its ways in', () => {
    expect(() => withCluster(existing)).not.toThrow();
    const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_tidemark-a1b2c3';
    expect(() =>
      withCluster({
        ...existing,
        auth: { by: 'scram-512', secretArn, keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0f' },
      }),
    ).not.toThrow();
    for (const by of ['plain', 'scram-256', 'scram-512', 'mtls'] as const)
      expect(() => withCluster({ ...selfManaged, auth: { ...selfManaged.auth, by } })).not.toThrow();
  });

  it.each<[string, Partial<KafkaSettings>]>([
    ['a kind that is none', { cluster: { kind: 'msk' } as never }],
    ['an instance type of the other kind', { cluster: { kind: 'provisioned', instanceType: 'express.m7g.large' } }],
    ['an instance type without its prefix', { cluster: { kind: 'express', instanceType: 'm7g.large' } }],
    [
      'a zone without a broker',
      { cluster: { kind: 'provisioned', instanceType: 'kafka.m7g.large', brokersPerZone: 0 } },
    ],
    [
      'more brokers than MSK takes',
      { cluster: { kind: 'express', instanceType: 'express.m7g.large', brokersPerZone: 11 } },
    ],
    ['no storage', { cluster: { kind: 'provisioned', instanceType: 'kafka.m7g.large', storageGiB: 0 } }],
    ['a version by half', { cluster: { kind: 'provisioned', instanceType: 'kafka.m7g.large', kafkaVersion: '3.9' } }],
    ['two zones', { cluster: { kind: 'serverless', network: { ...subnets, subnets: subnets.subnets.slice(1) } } }],
    [
      'three subnets in two zones',
      {
        cluster: {
          kind: 'serverless',
          network: {
            ...subnets,
            subnets: subnets.subnets.map((subnet, i) =>
              i === 0 ? subnet : { ...subnet, availabilityZone: 'eu-central-1c' },
            ),
          },
        },
      },
    ],
    ['a VPC by its name', { cluster: { kind: 'serverless', network: { ...subnets, vpcId: 'main' } } }],
    [
      'a subnet by its name',
      {
        cluster: {
          ...existing,
          network: { ...existing.network, subnets: [{ subnetId: 'private', availabilityZone: 'eu-central-1a' }] },
        },
      },
    ],
    ['no subnet', { cluster: { ...existing, network: { ...existing.network, subnets: [] } } }],
    [
      'a security group by its name',
      { cluster: { ...existing, network: { ...existing.network, securityGroupId: 'clients' } } },
    ],
    ['a cluster by its name', { cluster: { ...existing, clusterArn: 'orders' } }],
    ['no broker', { cluster: { ...existing, brokers: [] } }],
    ['a broker without a port', { cluster: { ...selfManaged, brokers: ['b-1.example.com'] } }],
    ['a broker with a scheme', { cluster: { ...selfManaged, brokers: ['https://b-1.example.com:9092'] } }],
    ['a secret by its name', { cluster: { ...selfManaged, auth: { by: 'plain', secretArn: 'confluent' } } }],
    ['an authority by its name', { cluster: { ...selfManaged, caSecretArn: 'authority' } }],
    ['a key by its alias', { cluster: { ...selfManaged, auth: { ...selfManaged.auth, keyArn: 'alias/kafka' } } }],
    [
      'a secret that MSK does not know',
      {
        cluster: {
          ...existing,
          auth: {
            by: 'scram-512',
            secretArn: selfManaged.auth.secretArn,
            keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0f',
          },
        },
      },
    ],
    [
      'a secret of MSK without its key',
      {
        cluster: {
          ...existing,
          auth: {
            by: 'scram-512',
            secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_a',
          } as never,
        },
      },
    ],
    [
      'a way in that MSK has not',
      { cluster: { ...existing, auth: { ...selfManaged.auth, by: 'scram-256' } as never } },
    ],
    ['IAM where there is none', { cluster: { ...selfManaged, auth: { by: 'iam' } as never } }],
    ['pollers of a third kind', { polling: { mode: 'manual' } as never }],
    ['no poller', { polling: { mode: 'provisioned', minPollers: 0, maxPollers: 1 } }],
    ['more pollers at least than at most', { polling: { mode: 'provisioned', minPollers: 3, maxPollers: 2 } }],
    ['more pollers than Lambda has', { polling: { mode: 'provisioned', minPollers: 1, maxPollers: 2_001 } }],
    ['a topic without partitions', { topics: { departures: { partitions: 0 } } }],
    ['a topic that keeps nothing', { topics: { departures: { retentionHours: 0 } } }],
    ['a topic that is cleaned up in another way', { topics: { departures: { cleanup: 'never' as never } } }],
    ['the name of a topic that Kafka has not', { topics: { 'all departures': {} } }],
    ['a service that nobody calls', { services: ['sns' as never] }],
  ])('refuses %s', (_, kafka) => {
    expect(() => settings(kafka)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING', kind: 'invalid' }));
  });

  it('says what was given and what to do', () => {
    expect(() => withCluster({ kind: 'provisioned', instanceType: 'm7g.large' })).toThrow(
      'kafka.cluster.instanceType must be a type of broker of the kind provisioned, got "m7g.large"; e.g. \'kafka.m7g.large\'',
    );
  });
});
