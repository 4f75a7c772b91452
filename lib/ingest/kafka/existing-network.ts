import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ClusterNetwork, Grantee, KafkaNetwork } from './cluster.ts';
import { grantNetworkInterfaces } from './network-rights.ts';
import { brokerGroup, clientGroup } from './security-groups.ts';
import type { KafkaSubnets } from './settings.ts';

/** Subnets that are there already. The way to the services from there is their owner's. */
export class ExistingNetwork extends Construct implements KafkaNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly clients: ISecurityGroup;

  constructor(scope: Construct, id: string, { vpcId, subnets, securityGroupId }: KafkaSubnets) {
    super(scope, id);
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones: subnets.map(({ availabilityZone }) => availabilityZone),
      privateSubnetIds: subnets.map(({ subnetId }) => subnetId),
    });
    Annotations.of(this.vpc).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'Nobody asks for the route tables.',
    );
    this.subnets = this.vpc.privateSubnets;
    this.clients =
      securityGroupId === undefined
        ? clientGroup(this, this.vpc)
        : SecurityGroup.fromSecurityGroupId(this, 'Clients', securityGroupId);
  }

  grantAttach(grantee: Grantee): void {
    grantNetworkInterfaces(grantee);
  }

  requireService(): void {}

  requireInternet(): void {}
}

/** Existing subnets for a cluster that is created. */
export class ExistingClusterNetwork extends ExistingNetwork implements ClusterNetwork {
  readonly brokers: ISecurityGroup;

  constructor(scope: Construct, id: string, subnets: KafkaSubnets) {
    super(scope, id, subnets);
    this.brokers = brokerGroup(this, this.vpc, this.clients);
  }
}
