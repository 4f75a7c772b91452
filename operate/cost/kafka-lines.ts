import { ASSUMED } from './assumptions.ts';
import { HOURS_PER_MONTH, PRICES, SECONDS_PER_MONTH } from './prices.ts';
import { GB, type CostLine } from './services.ts';
import { payloadBytes, type CostInput, type KafkaKind, type Traffic } from './traffic.ts';

/** A cluster for this topic alone. One that others use costs what it costs, so a self-managed one is left out. */
export function clusterLines(kind: KafkaKind, input: CostInput, traffic: Traffic): CostLine[] {
  switch (kind) {
    case 'serverless':
      return serverlessLines(input, traffic);
    case 'provisioned':
      return provisionedLines(input);
    case 'express':
      return expressLines(input);
    case 'self-managed':
      return [];
  }
}

function serverlessLines(input: CostInput, { partitions }: Traffic): CostLine[] {
  const {
    perServerlessClusterHour,
    perServerlessPartitionHour,
    perServerlessGbIn,
    perServerlessGbOut,
    perServerlessGbMonth,
  } = PRICES.msk;
  const [hours, gb] = [partitions * HOURS_PER_MONTH, gbPerMonth(input)];
  return [
    line('cluster', HOURS_PER_MONTH, 'hours', perServerlessClusterHour),
    line('partitions', hours, 'partition-hours', perServerlessPartitionHour),
    line('records put', gb, 'GB', perServerlessGbIn),
    line('records read, once', gb, 'GB', perServerlessGbOut),
    line('records kept', gbKept(input), 'GB', perServerlessGbMonth),
  ];
}

/** Disks are paid whole; each has what it keeps of the three copies, or begins larger than that. */
function provisionedLines(input: CostInput): CostLine[] {
  const count = brokers(input, ASSUMED.brokerBytesPerSecond.provisioned);
  return [
    line(
      'brokers, kafka.m7g.large',
      count * HOURS_PER_MONTH,
      'broker-hours',
      PRICES.msk.perLargeBrokerHour['kafka.m7g'],
    ),
    line('disks', Math.max(count * ASSUMED.brokerGb, ASSUMED.zones * gbKept(input)), 'GB', PRICES.msk.perBrokerGbMonth),
    line('metrics of brokers', count * ASSUMED.brokerMetrics.provisioned, 'metrics', PRICES.cloudwatch.perMetricMonth),
  ];
}

function expressLines(input: CostInput): CostLine[] {
  const count = brokers(input, ASSUMED.brokerBytesPerSecond.express);
  return [
    line(
      'brokers, express.m7g.large',
      count * HOURS_PER_MONTH,
      'broker-hours',
      PRICES.msk.perLargeBrokerHour['express.m7g'],
    ),
    line('records put', gbPerMonth(input), 'GB', PRICES.msk.perExpressGbIn),
    line('records kept', gbKept(input), 'GB', PRICES.msk.perExpressGbMonth),
    line('metrics of brokers', count * ASSUMED.brokerMetrics.express, 'metrics', PRICES.cloudwatch.perMetricMonth),
  ];
}

/** As many in each zone. */
export function brokers({ eventsPerSecond, eventBytes }: CostInput, bytesPerSecond: number): number {
  return ASSUMED.zones * Math.max(1, Math.ceil((eventsPerSecond * eventBytes) / (ASSUMED.zones * bytesPerSecond)));
}

/** Ways out of the network of the cluster: Lambda's pollers need Lambda and STS, the function Firehose. S3 and DynamoDB are free. */
export function endpointLines(
  kind: KafkaKind,
  { lake, ...input }: CostInput,
  { firingsPerMonth }: Traffic,
): CostLine[] {
  if (kind === 'self-managed') return [];
  const results = lake ? (firingsPerMonth * ASSUMED.lineBytes) / GB : 0;
  const hours = (POLLER_ENDPOINTS + (lake ? 1 : 0)) * ASSUMED.zones * HOURS_PER_MONTH;
  return [
    {
      service: 'VPC',
      what: 'endpoints',
      quantity: hours,
      unit: 'zone-hours',
      usd: hours * PRICES.vpc.perEndpointZoneHour,
      shared: false,
    },
    {
      service: 'VPC',
      what: 'batches and results',
      quantity: payloadGb(input) + results,
      unit: 'GB',
      usd: (payloadGb(input) + results) * PRICES.vpc.perEndpointGb,
      shared: false,
    },
  ];
}

/** Provisioned pollers cost more than Lambda's by so much: they are paid per mapping, and need no endpoints. */
export function ownPollersUsd(
  topics: ReadonlyArray<{ readonly kafka: KafkaKind | undefined; readonly load: CostInput; readonly traffic: Traffic }>,
): number {
  const { pollerUnitBytesPerSecond, zones } = ASSUMED;
  const { pollersPerUnit } = PRICES.lambda;
  let units = 0;
  let throughEndpoints = 0;
  for (const { load, traffic } of topics) {
    const bytesPerSecond = load.eventsPerSecond * load.eventBytes;
    units += Math.max(
      Math.ceil(traffic.readers / pollersPerUnit),
      Math.ceil(bytesPerSecond / pollerUnitBytesPerSecond),
    );
    throughEndpoints += payloadGb(load) * PRICES.vpc.perEndpointGb;
  }
  const endpoints =
    topics[0]?.kafka === 'self-managed'
      ? 0
      : POLLER_ENDPOINTS * zones * HOURS_PER_MONTH * PRICES.vpc.perEndpointZoneHour + throughEndpoints;
  return units * HOURS_PER_MONTH * PRICES.lambda.perPollerUnitHour - endpoints;
}

/** Lambda and STS. */
const POLLER_ENDPOINTS = 2;

function payloadGb(input: Pick<CostInput, 'eventsPerSecond' | 'eventBytes'>): number {
  return (input.eventsPerSecond * SECONDS_PER_MONTH * payloadBytes(input)) / GB;
}

function gbPerMonth({ eventsPerSecond, eventBytes }: CostInput): number {
  return (eventsPerSecond * SECONDS_PER_MONTH * eventBytes) / GB;
}

/** At any time, one copy. */
function gbKept({ eventsPerSecond, eventBytes }: CostInput): number {
  return (eventsPerSecond * eventBytes * ASSUMED.topicRetentionHours * 3_600) / GB;
}

/** Managed Flink would read the same topic. */
function line(what: string, quantity: number, unit: string, price: number): CostLine {
  return { service: 'MSK', what, quantity, unit, usd: quantity * price, shared: true };
}
