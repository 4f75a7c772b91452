import { describe, expect, it } from '@jest/globals';
import type { KafkaCluster } from '../../../../lib/ingest/kafka/cluster.ts';
import type { KafkaClusterSettings } from '../../../../lib/ingest/kafka/settings.ts';
import { readEnvironment } from '../../../../lambdas/environment.ts';
import { caSecretArn, created, existing, kafkaStack, scram, selfManaged, usingStack } from './clusters.ts';

function clusterOf(settings: KafkaClusterSettings): KafkaCluster {
  let found: KafkaCluster | undefined;
  usingStack(settings, (cluster) => (found = cluster));
  return found as KafkaCluster;
}

const { secretArn } = selfManaged.auth;

describe('functions are told', () => {
  it.each(Object.values(created))(
    'the brokers of a $kind cluster while it is deployed, and to come with IAM',
    (cluster) => {
      const stack = kafkaStack(cluster);
      expect(stack.resolve(stack.cluster.environment)).toEqual({
        TIDEMARK_KAFKA_BROKERS: {
          'Fn::GetAtt': [expect.stringContaining('BootstrapBrokers'), 'BootstrapBrokerStringSaslIam'],
        },
        TIDEMARK_KAFKA_AUTH: 'iam',
      });
    },
  );

  it('brokers, way in and secrets of a cluster that is there', () => {
    const brokers = 'b-1.orders.example.com:9098,b-2.orders.example.com:9098';
    expect(clusterOf(existing).environment).toEqual({ TIDEMARK_KAFKA_BROKERS: brokers, TIDEMARK_KAFKA_AUTH: 'iam' });
    expect(clusterOf({ ...existing, auth: { by: 'mtls', secretArn } }).environment).toEqual({
      TIDEMARK_KAFKA_BROKERS: brokers,
      TIDEMARK_KAFKA_AUTH: 'mtls',
      TIDEMARK_KAFKA_SECRET: secretArn,
    });
    expect(clusterOf({ ...selfManaged, caSecretArn }).environment).toEqual({
      TIDEMARK_KAFKA_BROKERS: 'pkc-1.example.com:9092',
      TIDEMARK_KAFKA_AUTH: 'plain',
      TIDEMARK_KAFKA_SECRET: secretArn,
      TIDEMARK_KAFKA_CA: caSecretArn,
    });
  });

  it('what they understand', () => {
    const others = { TIDEMARK_LOG_TABLE: 'log', TIDEMARK_BLOBS: 's3://snapshots', TIDEMARK_LAKE: 's3://lake-bucket' };
    for (const settings of [
      existing,
      { ...existing, auth: { by: 'mtls', secretArn } },
      selfManaged,
      { ...selfManaged, caSecretArn },
    ] satisfies KafkaClusterSettings[]) {
      const { environment } = clusterOf(settings);
      expect(readEnvironment({ ...others, ...environment })).toMatchObject(environment);
    }
  });
});

describe('an event source mapping reaches', () => {
  it('a cluster of MSK by its ARN, with IAM unless there is a secret', () => {
    expect(clusterOf(existing).source).toEqual({ eventSourceArn: existing.clusterArn });
    expect(clusterOf({ ...existing, auth: { by: 'mtls', secretArn } }).source.sourceAccessConfigurations).toEqual([
      { type: 'CLIENT_CERTIFICATE_TLS_AUTH', uri: secretArn },
    ]);
    expect(clusterOf({ ...existing, auth: scram }).source.sourceAccessConfigurations).toEqual([
      { type: 'SASL_SCRAM_512_AUTH', uri: scram.secretArn },
    ]);
    const stack = kafkaStack(created.express);
    expect(stack.resolve(stack.cluster.source)).toEqual({
      eventSourceArn: { 'Fn::GetAtt': [expect.stringContaining('KafkaCluster'), 'Arn'] },
    });
  });

  it.each([
    ['plain', 'BASIC_AUTH'],
    ['scram-256', 'SASL_SCRAM_256_AUTH'],
    ['scram-512', 'SASL_SCRAM_512_AUTH'],
    ['mtls', 'CLIENT_CERTIFICATE_TLS_AUTH'],
  ] as const)('any other by its brokers, with %s as %s', (by, type) => {
    expect(clusterOf({ ...selfManaged, auth: { by, secretArn } }).source).toEqual({
      selfManagedEventSource: { endpoints: { kafkaBootstrapServers: ['pkc-1.example.com:9092'] } },
      sourceAccessConfigurations: [{ type, uri: secretArn }],
    });
  });

  it('one within a VPC from its subnets, with the authority of its brokers', () => {
    expect(
      clusterOf({ ...selfManaged, network: existing.network, caSecretArn }).source.sourceAccessConfigurations,
    ).toEqual([
      { type: 'BASIC_AUTH', uri: secretArn },
      { type: 'SERVER_ROOT_CA_CERTIFICATE', uri: caSecretArn },
      ...existing.network.subnets.map(({ subnetId }) => ({ type: 'VPC_SUBNET', uri: `subnet:${subnetId}` })),
      { type: 'VPC_SECURITY_GROUP', uri: 'security_group:sg-0123456789abcdef0' },
    ]);
  });
});

describe('a topic on it', () => {
  it("has three copies, two of them in sync, which only a cluster of one's own must be told", () => {
    for (const settings of [existing, selfManaged]) expect(clusterOf(settings).replicationFactor).toBe(3);
    expect(clusterOf(existing).topicConfig).toEqual({});
    expect(clusterOf(selfManaged).topicConfig).toEqual({ 'min.insync.replicas': '2' });
  });

  it('is counted by MSK under the name of the cluster', () => {
    expect(clusterOf(existing).metricsName).toBe('orders');
    expect(clusterOf(selfManaged).metricsName).toBeUndefined();
    expect(kafkaStack(created.serverless, { stage: 'prod' }).cluster.metricsName).toBe('tidemark-prod');
  });
});
