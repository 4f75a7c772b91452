import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { CfnEventSourceMappingProps } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { FunctionEnvironment } from '../../../lambdas/environment.ts';
import type { ReachedService } from './settings.ts';

/** A function, or whoever else has a role of its own. */
export type Grantee = IGrantable & IConstruct;

/** Where functions stand that reach the brokers. */
export interface KafkaNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  /** Of whoever connects to the brokers. */
  readonly clients: ISecurityGroup;

  /** Lets Lambda put a function into the network. */
  grantAttach(grantee: Grantee): void;
  /**
   * Checks that a service can be called from here. Of a network that is there already nobody can tell, so nothing is checked.
   *
   * @throws SERVICE_OUT_OF_REACH (invalid) naming `what` and the setting
   */
  requireService(service: ReachedService, what: string): void;
  /**
   * The same for what is not of AWS.
   *
   * @throws INTERNET_OUT_OF_REACH (invalid) naming `what`
   */
  requireInternet(what: string): void;
}

/** A network in which a cluster is created. */
export interface ClusterNetwork extends KafkaNetwork {
  readonly brokers: ISecurityGroup;
}

/** The rights of those who use a cluster. */
export interface KafkaGrants {
  /** What an event source mapping needs, whose rights are those of its function: find the cluster, attach to its network, and poll the topic as a member of the group. */
  grantPoll(grantee: Grantee, topic: string, consumerGroup: string): void;
  /** Describe the topic and read it without a group: how the functions prove a partition drained. */
  grantRead(grantee: Grantee, topic: string): void;
  /** Put records, idempotently. */
  grantWrite(grantee: Grantee, topic: string): void;
  /** Create and configure the topic, and delete it. */
  grantManage(grantee: Grantee, topic: string): void;
}

/** A topic as Firehose reads it. */
export interface FirehoseTopic {
  readonly clusterArn: string;
  readonly topicArn: string;
  /** Of all groups: it chooses the name of its own. */
  readonly groupsArn: string;
}

/** A Kafka cluster of any kind, as far as the rest of a pipeline has to know it. */
export interface KafkaCluster extends KafkaGrants {
  /** How the functions reach it. */
  readonly environment: Pick<
    FunctionEnvironment,
    'TIDEMARK_KAFKA_BROKERS' | 'TIDEMARK_KAFKA_AUTH' | 'TIDEMARK_KAFKA_SECRET' | 'TIDEMARK_KAFKA_CA'
  >;
  /** How an event source mapping reaches it. */
  readonly source: Pick<
    CfnEventSourceMappingProps,
    'eventSourceArn' | 'selfManagedEventSource' | 'sourceAccessConfigurations'
  >;
  /** undefined: it is reached through the internet, by functions outside of any VPC. */
  readonly network: KafkaNetwork | undefined;
  /** MSK's name of it, a dimension of its metrics; undefined: not MSK. */
  readonly metricsName: string | undefined;
  /** Copies of a record. */
  readonly replicationFactor: number;
  /** Settings that each new topic gets, e.g. `min.insync.replicas`, where the cluster does not see to it itself. */
  readonly topicConfig: Readonly<Record<string, string>>;

  /** @throws TOPIC_NOT_ARCHIVED (invalid) when Firehose has no way to the brokers */
  firehoseTopic(topic: string): FirehoseTopic;
}
