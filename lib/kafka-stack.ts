import { CfnOutput, CfnResource, ReferenceStrength, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { requireSetting } from '../engine/errors.ts';
import type { KafkaCluster } from './ingest/kafka/cluster.ts';
import { isCreated, kafkaCluster } from './ingest/kafka/kafka-cluster.ts';
import type { StageSettings } from './settings.ts';

export interface KafkaStackProps {
  readonly settings: StageSettings;
}

/** The cluster that a stage creates, with its network: one for all pipelines of the stage, which come and go while it stays. */
export class KafkaStack extends Stack {
  readonly cluster: KafkaCluster;

  /** @throws INVALID_SETTING for a cluster that exists, which needs no stack */
  constructor(scope: Construct, id: string, { settings }: KafkaStackProps) {
    super(scope, id, {
      description: `Tidemark Kafka cluster, stage ${settings.stage}`,
      terminationProtection: settings.retainData,
      tags: { stage: settings.stage },
    });
    const { cluster } = settings.kafka;
    requireSetting(
      'kafka.cluster.kind',
      cluster.kind,
      isCreated(cluster),
      'of a cluster that is created',
      'refer to one that exists by kafkaCluster(…)',
    );
    this.cluster = kafkaCluster(this, 'Kafka', { settings });
    this.export();
    const { source, environment } = this.cluster;
    new CfnOutput(this, 'ClusterArn', { value: String(source.eventSourceArn) });
    new CfnOutput(this, 'Brokers', { value: String(environment.TIDEMARK_KAFKA_BROKERS) });
  }

  /**
   * What the stacks of pipelines refer to is exported, whichever of them there are: this template is the same for all of them, and as long
   * as there is one, CloudFormation refuses to delete the cluster.
   */
  private export(): void {
    for (const resource of this.node.findAll().filter((construct) => CfnResource.isCfnResource(construct)))
      resource.applyCrossStackReferenceStrength(ReferenceStrength.STRONG);
    const { source, environment, network } = this.cluster;
    const places =
      network === undefined
        ? []
        : [network.clients.securityGroupId, ...network.subnets.map(({ subnetId }) => subnetId)];
    for (const value of [source.eventSourceArn, environment.TIDEMARK_KAFKA_BROKERS, ...places])
      if (Token.isUnresolved(value)) this.exportValue(value);
  }
}
