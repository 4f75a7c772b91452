import { CfnDeletionPolicy, CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { KafkaCluster } from './cluster.ts';
import type { TopicSettings } from './settings.ts';
import type { TopicProvider } from './topic-provider.ts';
import { topicConfigs } from './topic-settings.ts';

export interface KafkaTopicProps {
  readonly topic: string;
  readonly topicSettings: TopicSettings;
  readonly cluster: KafkaCluster;
  readonly provider: TopicProvider;
}

/**
 * A topic that the stack makes, or takes as it is where there is one of the name, and configures.
 *
 * It stays when the stack goes, and a topic of another name never replaces it: a topic is deleted only with `deleteWithStack`, by the
 * stack that has made it.
 */
export class KafkaTopic extends Construct {
  constructor(scope: Construct, id: string, { topic, topicSettings, cluster, provider }: KafkaTopicProps) {
    super(scope, id);
    cluster.grantManage(provider, topic);
    const { partitions, deleteWithStack } = topicSettings;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::KafkaTopic',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(10),
      removalPolicy: deleteWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      properties: {
        topic,
        partitions,
        replicationFactor: cluster.replicationFactor,
        configs: { ...cluster.topicConfig, ...topicConfigs(topicSettings) },
        deleteWithStack,
      },
    });
    (resource.node.defaultChild as CfnResource).cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  }
}
