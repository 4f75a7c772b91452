import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { accessBy } from './access.ts';
import type { Grantee, KafkaCluster, KafkaNetwork } from './cluster.ts';
import { grantsBySecret } from './grants-by-secret.ts';
import { notArchived } from './not-archived.ts';
import type { SelfManagedKafka } from './settings.ts';

/** A cluster that is nobody's of AWS: brokers by their addresses, credentials in Secrets Manager. */
export function selfManagedCluster(
  { brokers, auth, caSecretArn }: SelfManagedKafka,
  network: KafkaNetwork | undefined,
): KafkaCluster {
  const grants = grantsBySecret(auth, caSecretArn);
  return {
    ...grants,
    grantPoll(grantee: Grantee, topic: string, consumerGroup: string): void {
      network?.grantAttach(grantee);
      grants.grantPoll(grantee, topic, consumerGroup);
    },
    environment: {
      TIDEMARK_KAFKA_BROKERS: brokers.join(','),
      TIDEMARK_KAFKA_AUTH: auth.by,
      TIDEMARK_KAFKA_SECRET: auth.secretArn,
      ...(caSecretArn === undefined ? {} : { TIDEMARK_KAFKA_CA: caSecretArn }),
    },
    source: {
      selfManagedEventSource: { endpoints: { kafkaBootstrapServers: [...brokers] } },
      sourceAccessConfigurations: [
        accessBy(auth),
        ...(caSecretArn === undefined ? [] : [{ type: 'SERVER_ROOT_CA_CERTIFICATE', uri: caSecretArn }]),
        ...placesOf(network),
      ],
    },
    network,
    metricsName: undefined,
    replicationFactor: 3,
    topicConfig: { 'min.insync.replicas': '2' },
    firehoseTopic(topic) {
      throw notArchived(topic, 'it reads clusters of MSK only');
    },
  };
}

/** Where the mapping's pollers stand. */
function placesOf(network: KafkaNetwork | undefined): CfnEventSourceMapping.SourceAccessConfigurationProperty[] {
  if (network === undefined) return [];
  const subnets = network.subnets.map(({ subnetId }) => ({ type: 'VPC_SUBNET', uri: `subnet:${subnetId}` }));
  return [...subnets, { type: 'VPC_SECURITY_GROUP', uri: `security_group:${network.clients.securityGroupId}` }];
}
