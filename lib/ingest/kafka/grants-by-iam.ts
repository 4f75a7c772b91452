import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Grantee, KafkaGrants } from './cluster.ts';
import { mskArn } from './msk-arn.ts';

/** Rights on a cluster of MSK's that knows its clients by their roles: topic and group by their names, without a wildcard. */
export function grantsByIam(clusterArn: string): KafkaGrants {
  const ofCluster = (kind: 'topic' | 'group', name: string): string => mskArn(clusterArn, kind, name);
  const allow = (grantee: Grantee, resourceArn: string, ...actions: readonly string[]): void => {
    Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `kafka-cluster:${action}`),
      resourceArns: [resourceArn],
    });
  };
  return {
    grantPoll(grantee, topic, consumerGroup) {
      allow(grantee, clusterArn, 'Connect', 'DescribeClusterDynamicConfiguration');
      allow(grantee, ofCluster('topic', topic), 'DescribeTopic', 'ReadData');
      allow(grantee, ofCluster('group', consumerGroup), 'AlterGroup', 'DescribeGroup');
    },
    grantRead(grantee, topic) {
      allow(grantee, clusterArn, 'Connect');
      allow(grantee, ofCluster('topic', topic), 'DescribeTopic', 'ReadData');
    },
    grantWrite(grantee, topic) {
      allow(grantee, clusterArn, 'Connect', 'WriteDataIdempotently');
      allow(grantee, ofCluster('topic', topic), 'DescribeTopic', 'WriteData');
    },
    grantManage(grantee, topic) {
      allow(grantee, clusterArn, 'Connect');
      allow(
        grantee,
        ofCluster('topic', topic),
        'AlterTopic',
        'AlterTopicDynamicConfiguration',
        'CreateTopic',
        'DeleteTopic',
        'DescribeTopic',
        'DescribeTopicDynamicConfiguration',
      );
    },
  };
}
