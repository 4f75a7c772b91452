import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Where brokers of MSK's listen to clients that come with IAM. */
const IAM_PORT = Port.tcp(9098);
export const HTTPS = Port.tcp(443);

/** Of the functions: nobody reaches them. What they reach is HTTPS, and what `brokerGroup` adds. */
export function clientGroup(scope: Construct, vpc: IVpc): SecurityGroup {
  const group = new SecurityGroup(scope, 'Clients', {
    vpc,
    allowAllOutbound: false,
    description: 'Tidemark: functions that reach the brokers',
  });
  // S3 and DynamoDB have no security group of their own to name.
  group.addEgressRule(Peer.anyIpv4(), HTTPS, 'to the services');
  return group;
}

/**
 * Of the brokers: the functions reach them, and they themselves, for Lambda puts its pollers into their security group.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
 */
export function brokerGroup(scope: Construct, vpc: IVpc, clients: ISecurityGroup): SecurityGroup {
  const group = new SecurityGroup(scope, 'Brokers', {
    vpc,
    allowAllOutbound: false,
    description: 'Tidemark: brokers, and the pollers of Lambda',
  });
  group.connections.allowFrom(clients, IAM_PORT, 'from the functions');
  group.connections.allowInternally(IAM_PORT, 'from the pollers');
  group.addEgressRule(Peer.anyIpv4(), HTTPS, 'pollers to Lambda and STS');
  return group;
}
