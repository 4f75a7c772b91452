import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { KafkaCluster } from '../../../../lib/ingest/kafka/cluster.ts';
import { kafkaCluster } from '../../../../lib/ingest/kafka/kafka-cluster.ts';
import type {
  CreatedKafka,
  ExistingKafka,
  KafkaClusterSettings,
  SelfManagedKafka,
} from '../../../../lib/ingest/kafka/settings.ts';
import { KafkaStack } from '../../../../lib/kafka-stack.ts';
import { stageSettings } from '../../../../lib/settings.ts';
import type { Stage, StageOverrides } from '../../../../lib/settings.ts';
import { context } from '../../synthesize.ts';

export const subnets = {
  vpcId: 'vpc-0123456789abcdef0',
  subnets: ['a', 'b', 'c'].map((zone) => ({
    subnetId: `subnet-0123456789abcdef${zone}`,
    availabilityZone: `eu-central-1${zone}`,
  })),
};

/** Every kind that a stage creates. */
export const created = {
  serverless: { kind: 'serverless' },
  provisioned: { kind: 'provisioned', instanceType: 'kafka.m7g.large' },
  express: { kind: 'express', instanceType: 'express.m7g.large' },
} as const satisfies Readonly<Record<CreatedKafka['kind'], CreatedKafka>>;

export const existing: ExistingKafka = {
  kind: 'existing',
  clusterArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/orders/0f0f0f0f-1111-2222-3333-444444444444-7',
  brokers: ['b-1.orders.example.com:9098', 'b-2.orders.example.com:9098'],
  auth: { by: 'iam' },
  network: { ...subnets, securityGroupId: 'sg-0123456789abcdef0' },
};

export const selfManaged: SelfManagedKafka = {
  kind: 'self-managed',
  brokers: ['pkc-1.example.com:9092'],
  auth: { by: 'plain', secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:confluent-a1b2c3' },
};

export const scram = {
  by: 'scram-512',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_orders-a1b2c3',
  keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0f',
} as const;
export const caSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:authority-a1b2c3';
/** Each with each way in, by what it is called in titles and folders. */
export const everyKind: ReadonlyArray<readonly [string, KafkaClusterSettings]> = [
  ...Object.entries(created),
  ['existing-iam', existing],
  ['existing-scram', { ...existing, auth: scram }],
  ['existing-certificate', { ...existing, auth: { by: 'mtls', secretArn: selfManaged.auth.secretArn } }],
  ['self-managed-internet', selfManaged],
  ['self-managed-vpc', { ...selfManaged, network: existing.network, caSecretArn }],
];

const newApp = (): App => new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });

export interface KafkaOptions extends StageOverrides {
  readonly stage?: Stage;
}

/** The stack of a cluster that is created. */
export function kafkaStack(
  cluster: CreatedKafka,
  { stage = 'dev', kafka, ...overrides }: KafkaOptions = {},
): KafkaStack {
  return new KafkaStack(newApp(), `Tidemark-kafka-${stage}`, {
    settings: stageSettings(stage, { ...overrides, kafka: { ...kafka, cluster } }),
  });
}

export function kafkaTemplate(cluster: CreatedKafka, options?: KafkaOptions): Template {
  return Template.fromStack(kafkaStack(cluster, options));
}

/** A stack that uses a cluster: a role stands for the function of a pipeline. */
export function usingStack(
  cluster: KafkaClusterSettings,
  use: (cluster: KafkaCluster, role: Role, stack: Stack) => void,
): Stack {
  const app = newApp();
  const settings = stageSettings('dev', { kafka: { cluster } });
  const stack = new Stack(app, 'Tidemark-orders-dev');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const isThere = cluster.kind === 'existing' || cluster.kind === 'self-managed';
  use(
    isThere
      ? kafkaCluster(stack, 'Kafka', { settings })
      : new KafkaStack(app, 'Tidemark-kafka-dev', { settings }).cluster,
    role,
    stack,
  );
  return stack;
}
