/** Services that functions reach from within a network: DynamoDB and S3 always, these through an endpoint each. */
export type ReachedService = 'firehose' | 'glue' | 'kinesis-streams' | 'lambda' | 'sqs' | 'sts';

/** What a cluster of MSK's is made of. Prices at rest are in `operate/cost`. */
interface MskInstances {
  /** In each of three availability zones [1, 10]. @default 1 */
  readonly brokersPerZone?: number;
  /** MSK's name of the version. @default '3.9.x.kraft' */
  readonly kafkaVersion?: string;
  /** @default a new one, without a way to the internet */
  readonly network?: KafkaSubnets;
}

/** A cluster without brokers to size: 200 MB/s in, 400 MB/s out, by the partition and hour. */
export interface ServerlessKafka {
  readonly kind: 'serverless';
  /** @default a new one, without a way to the internet */
  readonly network?: KafkaSubnets;
}

/** Brokers with disks of their own. */
export interface ProvisionedKafka extends MskInstances {
  readonly kind: 'provisioned';
  /** @example 'kafka.m7g.large' */
  readonly instanceType: string;
  /** Of each broker, where it begins; it grows by itself [1, 16384]. @default 100 */
  readonly storageGiB?: number;
}

/** Brokers whose storage MSK looks after. */
export interface ExpressKafka extends MskInstances {
  readonly kind: 'express';
  /** @example 'express.m7g.large' */
  readonly instanceType: string;
}

/** A cluster that a stage creates. */
export type CreatedKafka = ServerlessKafka | ProvisionedKafka | ExpressKafka;

/** A cluster of MSK's that somebody else owns. */
export interface ExistingKafka {
  readonly kind: 'existing';
  readonly clusterArn: string;
  /** From `aws kafka get-bootstrap-brokers`, those of `auth`. */
  readonly brokers: readonly string[];
  /** The secret of `scram-512` is one of those that MSK knows: its name begins with `AmazonMSK_`, and it has a key of its owner's. */
  readonly auth: { readonly by: 'iam' } | Required<KafkaSecret<'scram-512'>> | KafkaSecret<'mtls'>;
  readonly network: KafkaClients;
}

/** Any other cluster: one's own, Confluent Cloud, the Kafka endpoint of Azure Event Hubs. */
export interface SelfManagedKafka {
  readonly kind: 'self-managed';
  /** @example ['pkc-12345.eu-central-1.aws.confluent.cloud:9092'] */
  readonly brokers: readonly string[];
  readonly auth: KafkaSecret<'plain' | 'scram-256' | 'scram-512' | 'mtls'>;
  /** Secret with the certificate of the authority that signed the brokers', `{"certificate"}` in PEM. @default one that everybody knows */
  readonly caSecretArn?: string;
  /** Where the functions stand. @default outside of any VPC: the brokers have public addresses */
  readonly network?: KafkaClients;
}

/** Credentials in Secrets Manager: `{"username", "password"}`, for `mtls` `{"certificate", "privateKey", "privateKeyPassword"?}` in PEM. */
export interface KafkaSecret<By extends string> {
  readonly by: By;
  readonly secretArn: string;
  /** Key of the secrets. @default that of Secrets Manager */
  readonly keyArn?: string;
}

/** A network that is there already, with a way to every service the functions use: see `docs/cloud.md`. */
export interface KafkaSubnets {
  readonly vpcId: string;
  /** Private ones; three, each in a zone of its own, for a cluster that is created. */
  readonly subnets: ReadonlyArray<{ readonly subnetId: string; readonly availabilityZone: string }>;
  /** Of the functions, which the brokers of a created cluster let in. @default a new one */
  readonly securityGroupId?: string;
}

/** Where functions stand whose brokers are there already and let the security group in. */
export interface KafkaClients extends KafkaSubnets {
  readonly securityGroupId: string;
}

/** The cluster of the topics of a stage. */
export type KafkaClusterSettings = CreatedKafka | ExistingKafka | SelfManagedKafka;

/** A topic as the stack creates it. */
export interface TopicSettings {
  /** For ever: a topic that grows loses its keys' state (PL-27) [1, 10000]. @default 3 */
  readonly partitions: number;
  /** [1, 8760]; of a compacted topic records stay as long as they are the newest of their key. @default as `streamRetentionHours` */
  readonly retentionHours: number;
  /** @default 'delete'; of a result topic 'compact' */
  readonly cleanup: 'delete' | 'compact';
  /** The topic and its records go with the stack. @default false, in every stage */
  readonly deleteWithStack: boolean;
}

/** Who polls the topic for the function. */
export type KafkaPolling =
  /** Pollers of one's own, [1, 200] at least, [1, 2000] at most: sooner, and a partition that fails is retried alone; paid while they wait. */
  | { readonly mode: 'provisioned'; readonly minPollers: number; readonly maxPollers: number }
  /** Lambda's own; nothing at rest, a batch that fails comes again whole. */
  | { readonly mode: 'on-demand' };

/** What a stage says of Kafka. Only pipelines that have a topic read it. */
export interface KafkaSettings {
  /** @default { kind: 'serverless' } */
  readonly cluster: KafkaClusterSettings;
  /**
   * What the stack does about topics: creates them with these settings, by their name, others with the defaults; `existing`: they are
   * somebody else's.
   *
   * @default {}
   */
  readonly topics: Readonly<Record<string, Partial<TopicSettings> | 'existing'>>;
  /** @default { mode: 'on-demand' } */
  readonly polling: KafkaPolling;
  /**
   * Services that pipelines of the stage call, beside those that its other settings ask for: `kinesis-streams` for a stream that is read or
   * written, `glue` for its schema registry, `sqs` for an exchange. Of a network that is created; an endpoint each, paid by the
   * hour and zone.
   *
   * @default []
   */
  readonly services: ReadonlyArray<'kinesis-streams' | 'glue' | 'sqs'>;
}
