import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import type { Construct } from 'constructs';
import { removalOf } from '../../removal.ts';
import type { StageSettings } from '../../settings.ts';
import { bootstrapBrokers } from './bootstrap-brokers.ts';
import { growingStorage } from './broker-storage.ts';
import type { ClusterNetwork, KafkaCluster } from './cluster.ts';
import { mskCluster } from './msk-cluster.ts';
import type { ExpressKafka, ProvisionedKafka } from './settings.ts';

const ZONES = 3;
const STORAGE_GIB = 100;
/** The newest that runs without ZooKeeper on brokers of both kinds. */
const KAFKA_VERSION = '3.9.x.kraft';

/** A record that was acknowledged is in two zones at least, and no topic comes to be by a slip of the pen. Express has the rest of it built in. */
const SERVER_PROPERTIES = {
  provisioned: [
    'auto.create.topics.enable=false',
    'default.replication.factor=3',
    'min.insync.replicas=2',
    'unclean.leader.election.enable=false',
  ],
  express: ['auto.create.topics.enable=false'],
} as const;

/** @see https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1775 */
const NO_PRIVATE_CONNECTIVITY =
  'private connectivity of brokers cannot be switched on while they are created; do so afterwards, and name the cluster as one that exists';

/** Brokers of MSK's, as many in each of three zones: IAM alone lets clients in, through TLS alone. At rest MSK encrypts by itself, with the account's key of MSK. */
export function brokerCluster(
  scope: Construct,
  kafka: ProvisionedKafka | ExpressKafka,
  network: ClusterNetwork,
  settings: StageSettings,
): KafkaCluster {
  const clusterName = `tidemark-${settings.stage}`;
  const { kind, instanceType, brokersPerZone = 1, kafkaVersion = KAFKA_VERSION } = kafka;
  const storageGiB = kafka.kind === 'provisioned' ? (kafka.storageGiB ?? STORAGE_GIB) : undefined;
  const configuration = new CfnConfiguration(scope, 'Configuration', {
    name: clusterName,
    serverProperties: SERVER_PROPERTIES[kind].join('\n'),
  });
  // A cluster that stays holds on to it.
  configuration.applyRemovalPolicy(removalOf(settings));
  const logs = new LogGroup(scope, 'BrokerLogs', {
    retention: settings.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const cluster = new CfnCluster(scope, 'Cluster', {
    clusterName,
    kafkaVersion,
    numberOfBrokerNodes: ZONES * brokersPerZone,
    brokerNodeGroupInfo: {
      instanceType,
      clientSubnets: network.subnets.map(({ subnetId }) => subnetId),
      securityGroups: [network.brokers.securityGroupId],
      ...(storageGiB === undefined ? {} : { storageInfo: { ebsStorageInfo: { volumeSize: storageGiB } } }),
    },
    clientAuthentication: {
      sasl: { iam: { enabled: true }, scram: { enabled: false } },
      tls: { enabled: false },
      unauthenticated: { enabled: false },
    },
    encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
    configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
    // The least that counts records by topic, next to which the dashboard shows what was processed.
    enhancedMonitoring: 'PER_TOPIC_PER_BROKER',
    loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logs.logGroupName } } },
  });
  cluster.applyRemovalPolicy(removalOf(settings));
  if (storageGiB !== undefined) growingStorage(scope, cluster.attrArn, storageGiB);
  const brokers = bootstrapBrokers(scope, {
    clusterArn: cluster.attrArn,
    brokersOf: `${clusterName}-${ZONES * brokersPerZone}`,
    settings,
  });
  return mskCluster({
    clusterArn: cluster.attrArn,
    clusterName,
    brokers,
    auth: { by: 'iam' },
    network,
    outOfFirehose: NO_PRIVATE_CONNECTIVITY,
  });
}
