import { Aws, Token } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { accessBy } from './access.ts';
import type { Grantee, KafkaCluster, KafkaNetwork } from './cluster.ts';
import { grantsByIam } from './grants-by-iam.ts';
import { grantsBySecret } from './grants-by-secret.ts';
import { mskArn } from './msk-arn.ts';
import { notArchived } from './not-archived.ts';
import type { ExistingKafka } from './settings.ts';

export interface MskClusterProps {
  readonly clusterArn: string;
  readonly clusterName: string;
  /** With commas between. */
  readonly brokers: string;
  readonly auth: ExistingKafka['auth'];
  readonly network: KafkaNetwork;
  /** Why Firehose has no way to the brokers. @default it has one, as long as it comes with IAM */
  readonly outOfFirehose?: string;
}

/** A cluster of MSK's, whoever has created it. MSK itself keeps three copies, of which two must be in sync. */
export function mskCluster({
  clusterArn,
  clusterName,
  brokers,
  auth,
  network,
  outOfFirehose = auth.by === 'iam' ? undefined : 'it comes with IAM only',
}: MskClusterProps): KafkaCluster {
  const grants = auth.by === 'iam' ? grantsByIam(clusterArn) : grantsBySecret(auth);
  const find = [
    'kafka:DescribeClusterV2',
    'kafka:GetBootstrapBrokers',
    ...(auth.by === 'scram-512' ? ['kafka:ListScramSecrets'] : []),
  ];
  return {
    ...grants,
    grantPoll(grantee: Grantee, topic: string, consumerGroup: string): void {
      Grant.addToPrincipal({ grantee, actions: find, resourceArns: [clusterArn] });
      network.grantAttach(grantee);
      grants.grantPoll(grantee, topic, consumerGroup);
    },
    environment: {
      TIDEMARK_KAFKA_BROKERS: brokers,
      TIDEMARK_KAFKA_AUTH: auth.by,
      ...(auth.by === 'iam' ? {} : { TIDEMARK_KAFKA_SECRET: auth.secretArn }),
    },
    source: {
      eventSourceArn: clusterArn,
      ...(auth.by === 'iam' ? {} : { sourceAccessConfigurations: [accessBy(auth)] }),
    },
    network,
    metricsName: clusterName,
    replicationFactor: 3,
    topicConfig: {},
    firehoseTopic(topic) {
      if (outOfFirehose !== undefined) throw notArchived(topic, outOfFirehose);
      return {
        clusterArn,
        topicArn: mskArn(clusterArn, 'topic', topic),
        groupsArn: Token.isUnresolved(clusterArn) ? groupsNamed(clusterName) : mskArn(clusterArn, 'group', '*'),
      };
    },
  };
}

/** Groups of a cluster whose ARN nobody knows yet. */
function groupsNamed(clusterName: string): string {
  return `arn:${Aws.PARTITION}:kafka:${Aws.REGION}:${Aws.ACCOUNT_ID}:group/${clusterName}/*`;
}

/** A cluster of MSK's that is there already, whose name is in its ARN. */
export function existingCluster({ clusterArn, brokers, auth }: ExistingKafka, network: KafkaNetwork): KafkaCluster {
  return mskCluster({
    clusterArn,
    clusterName: String(clusterArn.split('/')[1]),
    brokers: brokers.join(','),
    auth,
    network,
  });
}
