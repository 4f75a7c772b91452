import { requireSetting } from '../../../engine/errors.ts';
import { isBroker } from '../../../lambdas/kafka-environment.ts';
import { requireInteger } from '../../require-integer.ts';
import { requireSecretArn } from '../../require-secret-arn.ts';
import type {
  CreatedKafka,
  ExistingKafka,
  KafkaClusterSettings,
  KafkaSecret,
  KafkaSubnets,
  SelfManagedKafka,
} from './settings.ts';

const ZONES = 3;
const WAYS_IN: Readonly<Record<'existing' | 'self-managed', readonly string[]>> = {
  existing: ['iam', 'scram-512', 'mtls'],
  'self-managed': ['plain', 'scram-256', 'scram-512', 'mtls'],
};
const KINDS = ['serverless', 'provisioned', 'express', 'existing', 'self-managed'];
const CLUSTER_ARN = /^arn:aws[a-z-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[A-Za-z0-9-]{1,64}\/[a-z0-9-]+$/;
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/\S+$/;
const INSTANCE_TYPE = { provisioned: /^kafka\.[a-z0-9-]+\.[a-z0-9]+$/, express: /^express\.[a-z0-9-]+\.[a-z0-9]+$/ };

/**
 * Checks what is said of a cluster, so that nothing is found out in the middle of a deployment.
 *
 * @throws INVALID_SETTING
 */
export function requireCluster(cluster: KafkaClusterSettings): void {
  requireSetting(
    'kafka.cluster.kind',
    cluster.kind,
    KINDS.includes(cluster.kind),
    KINDS.join(' or '),
    "leave kafka.cluster out for 'serverless'",
  );
  if (cluster.kind === 'existing' || cluster.kind === 'self-managed') requireExisting(cluster);
  else requireCreated(cluster);
}

function requireCreated(cluster: CreatedKafka): void {
  if (cluster.network !== undefined) {
    const { subnets } = cluster.network;
    const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
    const isSpread = subnets.length === ZONES && zones.size === ZONES;
    requireSetting(
      'kafka.cluster.network.subnets',
      subnets,
      isSpread,
      'three, in three different availability zones',
      'a record has three copies, one in each',
    );
    requireSubnets(cluster.network);
  }
  if (cluster.kind === 'serverless') return;
  const { kind, instanceType, brokersPerZone, kafkaVersion } = cluster;
  requireSetting(
    'kafka.cluster.instanceType',
    instanceType,
    INSTANCE_TYPE[kind].test(instanceType),
    `a type of broker of the kind ${kind}`,
    kind === 'express' ? "e.g. 'express.m7g.large'" : "e.g. 'kafka.m7g.large'",
  );
  if (brokersPerZone !== undefined) requireInteger('kafka.cluster.brokersPerZone', brokersPerZone, 1, 10);
  if (kafkaVersion !== undefined)
    requireSetting(
      'kafka.cluster.kafkaVersion',
      kafkaVersion,
      /^\d+\.\d+\.[\w.-]+$/.test(kafkaVersion),
      "a version as MSK names it, e.g. '3.9.x.kraft'",
      'see aws kafka list-kafka-versions',
    );
  if (cluster.kind === 'provisioned' && cluster.storageGiB !== undefined)
    requireInteger('kafka.cluster.storageGiB', cluster.storageGiB, 1, 16_384);
}

function requireExisting(cluster: ExistingKafka | SelfManagedKafka): void {
  const { brokers, auth, network } = cluster;
  requireSetting(
    'kafka.cluster.brokers',
    brokers,
    brokers.length > 0 && brokers.every(isBroker),
    'host:port of one broker or more',
    'copy them from whoever runs the cluster',
  );
  if (cluster.kind === 'existing')
    requireSetting(
      'kafka.cluster.clusterArn',
      cluster.clusterArn,
      CLUSTER_ARN.test(cluster.clusterArn),
      'the ARN of a cluster of MSK',
      'copy it from aws kafka list-clusters-v2',
    );
  else if (cluster.caSecretArn !== undefined) requireSecretArn('kafka.cluster.caSecretArn', cluster.caSecretArn);
  requireSetting(
    'kafka.cluster.auth.by',
    auth.by,
    WAYS_IN[cluster.kind].includes(auth.by),
    WAYS_IN[cluster.kind].join(' or '),
    `a cluster of the kind ${cluster.kind} has no other`,
  );
  if (auth.by !== 'iam') requireSecret(auth, cluster.kind);
  if (network === undefined) return;
  requireSetting(
    'kafka.cluster.network.subnets',
    network.subnets,
    network.subnets.length > 0,
    'one or more',
    'name private subnets from which the brokers can be reached',
  );
  requireSubnets(network);
}

function requireSecret({ by, secretArn, keyArn }: KafkaSecret<string>, kind: 'existing' | 'self-managed'): void {
  requireSecretArn('kafka.cluster.auth.secretArn', secretArn);
  if (keyArn !== undefined)
    requireSetting(
      'kafka.cluster.auth.keyArn',
      keyArn,
      KEY_ARN.test(keyArn),
      'the ARN of a KMS key',
      'copy it from aws kms describe-key; an alias is no ARN of a key',
    );
  if (kind === 'existing' && by === 'scram-512') {
    const isKnownToMsk = secretArn.includes(':secret:AmazonMSK_');
    requireSetting(
      'kafka.cluster.auth.secretArn',
      secretArn,
      isKnownToMsk,
      'of a secret whose name begins with AmazonMSK_',
      'MSK takes no other; make one and associate it with the cluster',
    );
    requireSetting(
      'kafka.cluster.auth.keyArn',
      keyArn,
      keyArn !== undefined,
      'the ARN of a KMS key',
      'MSK takes no secret with the key of Secrets Manager',
    );
  }
}

function requireSubnets({ vpcId, subnets, securityGroupId }: KafkaSubnets): void {
  requireSetting(
    'kafka.cluster.network.vpcId',
    vpcId,
    /^vpc-[0-9a-f]+$/.test(vpcId),
    'the id of a VPC',
    'e.g. vpc-0123456789abcdef0',
  );
  for (const { subnetId } of subnets)
    requireSetting(
      'kafka.cluster.network.subnets',
      subnetId,
      /^subnet-[0-9a-f]+$/.test(subnetId),
      'the ids of subnets',
      'e.g. subnet-0123456789abcdef0',
    );
  if (securityGroupId !== undefined)
    requireSetting(
      'kafka.cluster.network.securityGroupId',
      securityGroupId,
      /^sg-[0-9a-f]+$/.test(securityGroupId),
      'the id of a security group',
      'e.g. sg-0123456789abcdef0',
    );
}
