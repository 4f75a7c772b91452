import { ASSUMED } from './assumptions.ts';
import { HOURS_PER_MONTH, PRICES } from './prices.ts';
import type { PricedResource, RestLine } from './priced-template.ts';

/** How many of the smallest broker of a family one of this size is worth. */
const SIZES: Readonly<Record<string, number>> = {
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
  '4xlarge': 8,
  '8xlarge': 16,
  '12xlarge': 24,
  '16xlarge': 32,
  '24xlarge': 48,
};

/** What a cluster costs a month that has no records, its way to the services, and pollers of one's own. */
export function kafkaAtRest(ofType: (type: string) => readonly PricedResource[]): RestLine[] {
  const { msk, vpc, lambda } = PRICES;
  const clusters = ofType('AWS::MSK::Cluster').map(brokersOf);
  const zones = ofType('AWS::EC2::VPCEndpoint').flatMap(({ VpcEndpointType, SubnetIds }) =>
    VpcEndpointType === 'Interface' && Array.isArray(SubnetIds) ? SubnetIds : [],
  );
  return [
    {
      what: 'MSK Serverless',
      usd: ofType('AWS::MSK::ServerlessCluster').length * msk.perServerlessClusterHour * HOURS_PER_MONTH,
      isUnchecked: true,
    },
    ...clusters.map(({ brokers, instanceType, perHour }) => ({
      what: `${brokers} × ${instanceType}`,
      usd: perHour === undefined ? undefined : brokers * perHour * HOURS_PER_MONTH,
      isUnchecked: true,
    })),
    {
      what: 'storage of brokers',
      usd: sum(clusters.map(({ brokers, storageGiB }) => brokers * storageGiB)) * msk.perBrokerGbMonth,
      isUnchecked: true,
    },
    {
      what: 'metrics of brokers',
      usd: sum(clusters.map(({ brokers, metrics }) => brokers * metrics)) * PRICES.cloudwatch.perMetricMonth,
      isUnchecked: true,
    },
    { what: 'endpoints', usd: zones.length * vpc.perEndpointZoneHour * HOURS_PER_MONTH, isUnchecked: true },
    {
      what: 'pollers',
      usd: sum(ofType('AWS::Lambda::EventSourceMapping').map(pollerUnits)) * lambda.perPollerUnitHour * HOURS_PER_MONTH,
    },
  ];
}

/** Partitions that a stack makes on a serverless cluster, each paid by the hour. */
export function partitionsAtRest(topics: readonly PricedResource[]): RestLine {
  const partitions = sum(topics.map(({ partitions: count }) => Number(count)));
  return {
    what: `${partitions} partitions`,
    usd: partitions * PRICES.msk.perServerlessPartitionHour * HOURS_PER_MONTH,
    isUnchecked: true,
  };
}

interface Brokers {
  readonly brokers: number;
  readonly instanceType: string;
  /** Of each; undefined: no price of it is known here. */
  readonly perHour: number | undefined;
  /** Of each. */
  readonly storageGiB: number;
  /** Of each that are paid. */
  readonly metrics: number;
}

function brokersOf({
  NumberOfBrokerNodes,
  BrokerNodeGroupInfo,
  EnhancedMonitoring = 'DEFAULT',
}: PricedResource): Brokers {
  const { InstanceType: instanceType, StorageInfo } = BrokerNodeGroupInfo as {
    InstanceType: string;
    StorageInfo?: { EBSStorageInfo: { VolumeSize: number } };
  };
  return {
    brokers: Number(NumberOfBrokerNodes),
    instanceType,
    perHour: brokerPerHour(instanceType),
    storageGiB: StorageInfo?.EBSStorageInfo.VolumeSize ?? 0,
    metrics:
      EnhancedMonitoring === 'DEFAULT'
        ? 0
        : ASSUMED.brokerMetrics[instanceType.startsWith('express.') ? 'express' : 'provisioned'],
  };
}

/** @example brokerPerHour('kafka.m7g.xlarge') // 0.408 */
function brokerPerHour(instanceType: string): number | undefined {
  const { perBrokerHour } = PRICES.msk;
  const perLargeBrokerHour: Readonly<Record<string, number>> = PRICES.msk.perLargeBrokerHour;
  const [, family = '', size = ''] = /^(\w+\.\w+)\.(\w+)$/.exec(instanceType) ?? [];
  const [large, factor] = [perLargeBrokerHour[family], SIZES[size]];
  return perBrokerHour[instanceType] ?? (large === undefined || factor === undefined ? undefined : large * factor);
}

/** A unit has room for so many pollers of one mapping that wait for records. */
function pollerUnits({ ProvisionedPollerConfig }: PricedResource): number {
  const { MinimumPollers = 0 } = (ProvisionedPollerConfig ?? {}) as { MinimumPollers?: number };
  return Math.ceil(MinimumPollers / PRICES.lambda.pollersPerUnit);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
