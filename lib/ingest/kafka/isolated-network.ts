import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import { FlowLogDestination, FlowLogTrafficType, IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { TidemarkError } from '../../../engine/errors.ts';
import type { StageSettings } from '../../settings.ts';
import type { ClusterNetwork, Grantee } from './cluster.ts';
import { createEndpoints, servicesReached } from './endpoints.ts';
import { grantNetworkInterfaces } from './network-rights.ts';
import { brokerGroup, clientGroup } from './security-groups.ts';
import type { ReachedService } from './settings.ts';

export interface IsolatedNetworkProps {
  readonly settings: StageSettings;
}

/**
 * A network of three zones that nobody enters or leaves: no gateway to the internet, no NAT to pay for, and an endpoint for each service
 * that is called from within.
 *
 * Which services that are is said by the stage alone, so that the network is the same whatever pipelines are deployed with it.
 */
export class IsolatedNetwork extends Construct implements ClusterNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly clients: ISecurityGroup;
  readonly brokers: ISecurityGroup;
  readonly #services: readonly ReachedService[];

  constructor(scope: Construct, id: string, { settings }: IsolatedNetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      // Known without an account: the first three zones of whatever region it is.
      availabilityZones: [0, 1, 2].map((zone) => Fn.select(zone, Fn.getAzs())),
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      natGateways: 0,
      // Nothing is in the default group; to empty it would take a custom resource.
      restrictDefaultSecurityGroup: false,
    }) as IVpc; // which it says it is, but for a property that may be undefined
    this.subnets = this.vpc.isolatedSubnets;
    const logGroup = new LogGroup(this, 'RejectedTraffic', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
    });
    this.clients = clientGroup(this, this.vpc);
    this.brokers = brokerGroup(this, this.vpc, this.clients);
    this.#services = servicesReached(settings);
    createEndpoints(this, { vpc: this.vpc, services: this.#services, callers: [this.clients, this.brokers] });
  }

  grantAttach(grantee: Grantee): void {
    grantNetworkInterfaces(grantee);
  }

  requireService(service: ReachedService, what: string): void {
    if (this.#services.includes(service)) return;
    const text = `services of the network must have what ${what} calls, got ${JSON.stringify(this.#services)}; add ${JSON.stringify(service)} to kafka.services of the stage`;
    throw new TidemarkError('invalid', 'SERVICE_OUT_OF_REACH', text, { context: { service, what } });
  }

  requireInternet(what: string): void {
    const text = `network of the cluster must have a way to the internet for ${what}, got none; name one of your own in kafka.cluster.network`;
    throw new TidemarkError('invalid', 'INTERNET_OUT_OF_REACH', text, { context: { what } });
  }
}
