import { Grant } from 'aws-cdk-lib/aws-iam';
import { accessBy } from './access.ts';
import type { Grantee, KafkaCluster, KafkaNetwork } from './cluster.ts';
import { grantsByIam } from './grants-by-iam.ts';
import { grantsBySecret } from './grants-by-secret.ts';
import type { ExistingKafka } from './settings.ts';

export interface MskClusterProps {
  readonly clusterArn: string;
  readonly clusterName: string;
  /** With commas between. */
  readonly brokers: string;
  readonly auth: ExistingKafka['auth'];
  readonly network: KafkaNetwork;
}

/** A cluster of MSK's, whoever has created it. MSK itself keeps three copies, of which two must be in sync. */
export function mskCluster({ clusterArn, clusterName, brokers, auth, network }: MskClusterProps): KafkaCluster {
  const grants = auth.by === 'iam' ? grantsByIam(clusterArn) : grantsBySecret(auth);
  const find = ['kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers', ...(auth.by === 'scram-512' ? ['kafka:ListScramSecrets'] : [])];
  return {
    ...grants,
    grantPoll(grantee: Grantee, topic: string, consumerGroup: string): void {
      Grant.addToPrincipal({ grantee, actions: find, resourceArns: [clusterArn] });
      network.grantAttach(grantee);
      grants.grantPoll(grantee, topic, consumerGroup);
    },
    environment: { TIDEMARK_KAFKA_BROKERS: brokers, TIDEMARK_KAFKA_AUTH: auth.by, ...(auth.by === 'iam' ? {} : { TIDEMARK_KAFKA_SECRET: auth.secretArn }) },
    source: { eventSourceArn: clusterArn, ...(auth.by === 'iam' ? {} : { sourceAccessConfigurations: [accessBy(auth)] }) },
    network,
    metricsName: clusterName,
    replicationFactor: 3,
    topicConfig: {},
  };
}

/** A cluster of MSK's that is there already, whose name is in its ARN. */
export function existingCluster({ clusterArn, brokers, auth }: ExistingKafka, network: KafkaNetwork): KafkaCluster {
  return mskCluster({ clusterArn, clusterName: String(clusterArn.split('/')[1]), brokers: brokers.join(','), auth, network });
}
