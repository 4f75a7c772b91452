import type { CfnDeliveryStreamProps } from 'aws-cdk-lib/aws-kinesisfirehose';
import { acknowledgeResource } from '../acknowledge.ts';
import type { FirehoseRole } from '../firehose-role.ts';
import type { Ingest } from './ingest.ts';
import type { KafkaIngest } from './kafka/kafka-ingest.ts';
import type { KinesisIngest } from './kinesis-ingest.ts';

/** The source of a Firehose stream. */
export type ArchiveSource = Pick<
  CfnDeliveryStreamProps,
  'deliveryStreamType' | 'kinesisStreamSourceConfiguration' | 'mskSourceConfiguration'
>;

/**
 * What a Firehose stream reads, with the rights for it.
 *
 * @throws TOPIC_NOT_ARCHIVED (invalid) when it cannot get at the brokers
 */
export function archiveSource(role: FirehoseRole, ingest: Ingest): ArchiveSource {
  return ingest.kind === 'kinesis' ? fromStream(role, ingest) : fromTopic(role, ingest);
}

function fromStream(
  role: FirehoseRole,
  { stream: { streamArn: kinesisStreamArn, encryptionKey } }: KinesisIngest,
): ArchiveSource {
  role.allow(
    ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
    kinesisStreamArn,
  );
  if (encryptionKey !== undefined) role.allow(['kms:Decrypt'], encryptionKey.keyArn);
  return {
    deliveryStreamType: 'KinesisStreamAsSource',
    kinesisStreamSourceConfiguration: { kinesisStreamArn, roleArn: role.roleArn },
  };
}

/** Through a connection that MSK makes for Firehose, from the first record on. */
function fromTopic(role: FirehoseRole, { cluster, topic }: KafkaIngest): ArchiveSource {
  const { clusterArn, topicArn, groupsArn } = cluster.firehoseTopic(topic);
  role.allow(
    ['kafka-cluster:Connect', 'kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'],
    clusterArn,
  );
  role.allow(
    ['kafka-cluster:DescribeTopic', 'kafka-cluster:DescribeTopicDynamicConfiguration', 'kafka-cluster:ReadData'],
    topicArn,
  );
  role.allow(['kafka-cluster:DescribeGroup'], groupsArn);
  acknowledgeResource(
    role.policy,
    groupsArn,
    'Firehose chooses the name of its consumer group, so it is not known beforehand.',
  );
  return {
    deliveryStreamType: 'MSKAsSource',
    mskSourceConfiguration: {
      mskClusterArn: clusterArn,
      topicName: topic,
      readFromTimestamp: '1970-01-01T00:00:00Z',
      authenticationConfiguration: { connectivity: 'PRIVATE', roleArn: role.roleArn },
    },
  };
}
