import { Fn } from 'aws-cdk-lib';

/** ARN of a topic or a consumer group in a cluster of MSK's. */
export function mskArn(clusterArn: string, kind: 'topic' | 'group', name: string): string {
  const part = (index: number): string => Fn.select(index, Fn.split(':cluster/', clusterArn));
  return `${part(0)}:${kind}/${part(1)}/${name}`;
}
