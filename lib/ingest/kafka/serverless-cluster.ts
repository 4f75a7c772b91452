import { CfnClusterPolicy, CfnServerlessCluster } from 'aws-cdk-lib/aws-msk';
import type { Construct } from 'constructs';
import { removalOf } from '../../removal.ts';
import type { StageSettings } from '../../settings.ts';
import { bootstrapBrokers } from './bootstrap-brokers.ts';
import type { ClusterNetwork, KafkaCluster } from './cluster.ts';
import { mskCluster } from './msk-cluster.ts';

/** MSK Serverless: IAM, TLS, encryption at rest, three copies and the version are not for choosing. */
export function serverlessCluster(scope: Construct, network: ClusterNetwork, settings: StageSettings): KafkaCluster {
  const clusterName = `tidemark-${settings.stage}`;
  const cluster = new CfnServerlessCluster(scope, 'Cluster', {
    clusterName,
    clientAuthentication: { sasl: { iam: { enabled: true } } },
    vpcConfigs: [
      { subnetIds: network.subnets.map(({ subnetId }) => subnetId), securityGroups: [network.brokers.securityGroupId] },
    ],
  });
  cluster.applyRemovalPolicy(removalOf(settings));
  if (settings.archive)
    new CfnClusterPolicy(scope, 'FirehosePolicy', {
      clusterArn: cluster.attrArn,
      policy: connectionOfFirehose(cluster.attrArn),
    });
  const brokers = bootstrapBrokers(scope, { clusterArn: cluster.attrArn, brokersOf: clusterName, settings });
  return mskCluster({ clusterArn: cluster.attrArn, clusterName, brokers, auth: { by: 'iam' }, network });
}

/** @see https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#access-to-msk */
function connectionOfFirehose(clusterArn: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'firehose.amazonaws.com' },
        Action: 'kafka:CreateVpcConnection',
        Resource: clusterArn,
      },
    ],
  };
}
