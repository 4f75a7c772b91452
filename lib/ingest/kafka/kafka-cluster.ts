import { RemovalPolicies } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageSettings } from '../../settings.ts';
import { brokerCluster } from './broker-cluster.ts';
import type { ClusterNetwork, KafkaCluster } from './cluster.ts';
import { ExistingClusterNetwork, ExistingNetwork } from './existing-network.ts';
import { IsolatedNetwork } from './isolated-network.ts';
import { existingCluster } from './msk-cluster.ts';
import { selfManagedCluster } from './self-managed-cluster.ts';
import { serverlessCluster } from './serverless-cluster.ts';
import type { CreatedKafka, KafkaClusterSettings } from './settings.ts';

export interface KafkaClusterProps {
  readonly settings: StageSettings;
}

/** True for a cluster that the stage creates, in a stack of its own (`KafkaStack`); any other is there already. */
export function isCreated(cluster: KafkaClusterSettings): cluster is CreatedKafka {
  return cluster.kind !== 'existing' && cluster.kind !== 'self-managed';
}

/** The cluster of a stage, of whatever kind. Create one that is to be created once; refer to one that exists from each stack. */
export function kafkaCluster(scope: Construct, id: string, { settings }: KafkaClusterProps): KafkaCluster {
  const home = new Construct(scope, id);
  const { cluster } = settings.kafka;
  switch (cluster.kind) {
    case 'serverless':
      return serverlessCluster(home, networkOf(home, cluster, settings), settings);
    case 'provisioned':
    case 'express':
      return brokerCluster(home, cluster, networkOf(home, cluster, settings), settings);
    case 'existing':
      return existingCluster(cluster, new ExistingNetwork(home, 'Network', cluster.network));
    case 'self-managed':
      return selfManagedCluster(cluster, cluster.network && new ExistingNetwork(home, 'Network', cluster.network));
  }
}

function networkOf(scope: Construct, { network }: CreatedKafka, settings: StageSettings): ClusterNetwork {
  const created =
    network === undefined
      ? new IsolatedNetwork(scope, 'Network', { settings })
      : new ExistingClusterNetwork(scope, 'Network', network);
  // A cluster that stays needs its network: without, the stack could not be deleted.
  if (settings.retainData) RemovalPolicies.of(created).retain();
  return created;
}
