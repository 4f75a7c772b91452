/**
 * Prices on demand in us-east-1, in US dollars, without free tiers, discounts and taxes, as known in November 2026. The only
 * place in this project with prices: bench and docs quote what comes from here.
 *
 * Not checked against the price pages, which the links name for whoever can: SQS, Kinesis on demand and extended retention, storage
 * of DynamoDB and S3, enhanced fan-out, CloudWatch, KMS, partitions and conversion of Firehose, storage of Flink, MSK, endpoints of a
 * VPC. One secondary source has another price for Kinesis on demand, and secondary sources differ by up to 5 % on brokers of MSK.
 */
export const PRICES = Object.freeze({
  region: 'us-east-1',
  collected: '2026-11',
  /** https://aws.amazon.com/kinesis/data-streams/pricing/ */
  kinesis: {
    perShardHour: 0.015,
    /** One per 25 KB of a record, begun ones included. */
    perMillionPutUnits: 0.014,
    onDemandPerStreamHour: 0.04,
    /** Each record rounded up to 1 KB. */
    onDemandPerGbIn: 0.08,
    onDemandPerGbOut: 0.04,
    /** Above the 24 hours that are included, up to 7 days. */
    extendedRetentionPerShardHour: 0.02,
    /** Enhanced fan-out. */
    perConsumerShardHour: 0.015,
  },
  /** https://aws.amazon.com/lambda/pricing/, arm64 */
  lambda: {
    perGbSecond: 0.0000133334,
    perMillionRequests: 0.2,
    /** Event poller unit of Kafka. https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
    perPollerUnitHour: 0.185,
    pollersPerUnit: 10,
  },
  /** https://aws.amazon.com/sqs/pricing/ */
  sqs: { perMillionFifoRequests: 0.5 },
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  dynamodb: { perMillionWriteUnits: 0.625, perMillionReadUnits: 0.125, perGbMonth: 0.25 },
  /** https://aws.amazon.com/s3/pricing/, standard class; a LIST costs as much as a PUT */
  s3: { perThousandPuts: 0.005, perThousandGets: 0.0004, perGbMonth: 0.023 },
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  cloudwatch: { perGbOfLogs: 0.5, perMetricMonth: 0.3, perAlarmMetricMonth: 0.1, perDashboardMonth: 3 },
  /** https://aws.amazon.com/firehose/pricing/, direct put: each record rounded up to 5 KiB */
  firehose: { perGb: 0.029, perGbParquet: 0.018, perGbPartitioned: 0.02, perThousandObjects: 0.005 },
  /** https://aws.amazon.com/kms/pricing/ */
  kms: { perKeyMonth: 1 },
  /** https://aws.amazon.com/msk/pricing/ */
  msk: {
    perServerlessClusterHour: 0.75,
    perServerlessPartitionHour: 0.0015,
    perServerlessGbIn: 0.1,
    perServerlessGbOut: 0.05,
    perServerlessGbMonth: 0.1,
    /** The larger ones of a family cost as much more as they are larger. */
    perLargeBrokerHour: { 'kafka.m5': 0.21, 'kafka.m7g': 0.204, 'express.m7g': 0.408 },
    perBrokerHour: { 'kafka.t3.small': 0.0456 } as Readonly<Record<string, number>>,
    /** Of brokers with disks of their own, full or not. */
    perBrokerGbMonth: 0.1,
    perExpressGbIn: 0.01,
    /** What is kept, once. */
    perExpressGbMonth: 0.1,
  },
  /** https://aws.amazon.com/privatelink/pricing/ */
  vpc: { perEndpointZoneHour: 0.01, perEndpointGb: 0.01 },
  /** https://aws.amazon.com/managed-service-apache-flink/pricing/ */
  flink: { perKpuHour: 0.11, orchestrationKpus: 1, storageGbPerKpu: 50, perGbMonth: 0.1 },
});

export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;

/**
 * Services whose prices are not checked against AWS's price pages, or lines of them; whoever shows such an amount says so.
 */
const UNCHECKED: Readonly<Record<string, 'all' | readonly string[]>> = Object.freeze({
  SQS: 'all',
  CloudWatch: 'all',
  MSK: 'all',
  VPC: 'all',
  Firehose: 'all',
  DynamoDB: ['results kept'],
  S3: ['snapshots kept', 'lake kept'],
});

/** What follows a sum of such lines: a star where one of their prices is not checked. */
export function starOf(lines: ReadonlyArray<{ readonly service: string; readonly what: string }>): '*' | '' {
  return lines.some(isUnchecked) ? '*' : '';
}

/** What the star means. */
export const STAR_TEXT = "* with a price that is not checked against AWS's price pages (operate/cost/prices.ts)";

/** Whether the price of a line is not checked. @example isUnchecked({ service: 'SQS', what: 'rings' }) // true */
export function isUnchecked({ service, what }: { readonly service: string; readonly what: string }): boolean {
  const unchecked = UNCHECKED[service] ?? [];
  return unchecked === 'all' || unchecked.includes(what);
}
