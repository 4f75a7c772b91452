import { ASSUMED } from './assumptions.ts';
import { exchangeAtRest, exchangeLines } from './exchange-lines.ts';
import { exchangeTraffic, type ExchangeTraffic } from './exchange-traffic.ts';
import { clusterLines, endpointLines, ownPollersUsd } from './kafka-lines.ts';
import { HOURS_PER_MONTH, PRICES } from './prices.ts';
import {
  cloudwatchLines,
  kinesisLines,
  kinesisOnDemandUsd,
  lakeLines,
  lambdaLines,
  logLines,
  resultTableLines,
  snapshotStorageLine,
  type CostLine,
} from './services.ts';
import { trafficOf, type CostInput, type Traffic } from './traffic.ts';

/** What a month costs, and what it takes. */
export interface Estimate {
  /** Of what reads the source. */
  readonly traffic: Traffic;
  /** undefined: there is none. */
  readonly exchange: ExchangeTraffic | undefined;
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** Instead of the lines of Kinesis; undefined for a topic. */
  readonly kinesisOnDemandUsd: number | undefined;
  /** Above Lambda's own pollers, below 0 if they are cheaper; undefined for a stream. */
  readonly ownPollersUsd: number | undefined;
  readonly flink: FlinkEstimate;
}

/** The same pipeline as a Managed Flink application: the same source and the same results, another way in between. */
export interface FlinkEstimate {
  /** The one for orchestration included. */
  readonly kpus: number;
  readonly kpuUsd: number;
  readonly sharedUsd: number;
  readonly totalUsd: number;
}

export function estimate(input: CostInput): Estimate {
  const { receivers } = input;
  // Results come of the receivers.
  const traffic = trafficOf(receivers === undefined ? input : { ...input, resultTable: false });
  const exchange = receivers === undefined ? undefined : exchangeTraffic(input, traffic, receivers);
  const behind = exchange?.receivers ?? traffic;
  const lines = [
    ...sourceLines(input, traffic),
    ...lambdaLines(traffic),
    ...(exchange === undefined ? [] : exchangeLines(traffic, exchange)),
    ...(exchange === undefined ? [] : exchangeAtRest(traffic.partitions, exchange.receivers.partitions)),
    ...logLines(behind),
    snapshotStorageLine(behind),
    ...(input.resultTable ? resultTableLines(behind) : []),
    ...(input.lake ? lakeLines(behind) : []),
    ...cloudwatchLines(input, traffic, exchange?.receivers),
  ];
  const { kafka } = input;
  return {
    traffic,
    exchange,
    lines,
    totalUsd: sumUsd(lines),
    kinesisOnDemandUsd: kafka === undefined ? kinesisOnDemandUsd(input) : undefined,
    ownPollersUsd: kafka === undefined ? undefined : ownPollersUsd(kafka, input, traffic),
    flink: flinkEstimate(input, lines),
  };
}

function sourceLines(input: CostInput, traffic: Traffic): CostLine[] {
  const { kafka } = input;
  return kafka === undefined
    ? kinesisLines(input, traffic)
    : [...clusterLines(kafka, input, traffic), ...endpointLines(kafka, input, traffic)];
}

function flinkEstimate(
  { eventsPerSecond, flinkEventsPerKpu = ASSUMED.flinkEventsPerKpu }: CostInput,
  lines: readonly CostLine[],
): FlinkEstimate {
  const { perKpuHour, orchestrationKpus, storageGbPerKpu, perGbMonth } = PRICES.flink;
  const working = Math.max(1, Math.ceil(eventsPerSecond / flinkEventsPerKpu));
  const kpus = working + orchestrationKpus;
  const kpuUsd = kpus * perKpuHour * HOURS_PER_MONTH + working * storageGbPerKpu * perGbMonth;
  const sharedUsd = sumUsd(lines.filter(({ shared }) => shared));
  return { kpus, kpuUsd, sharedUsd, totalUsd: kpuUsd + sharedUsd };
}

function sumUsd(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}
