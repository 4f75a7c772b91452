import { ASSUMED } from './assumptions.ts';
import { HOURS_PER_MONTH, PRICES } from './prices.ts';
import { cloudwatchLines, kinesisLines, kinesisOnDemandUsd, lakeLines, lambdaLines, logLines, resultTableLines, snapshotStorageLine, type CostLine } from './services.ts';
import { trafficOf, type CostInput, type Traffic } from './traffic.ts';

/** What a month costs, and what it takes. */
export interface Estimate {
  readonly traffic: Traffic;
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** Instead of the lines of Kinesis. */
  readonly kinesisOnDemandUsd: number;
  readonly flink: FlinkEstimate;
}

/** The same pipeline as a Managed Flink application: the same stream and the same results, another way in between. */
export interface FlinkEstimate {
  /** The one for orchestration included. */
  readonly kpus: number;
  readonly kpuUsd: number;
  readonly sharedUsd: number;
  readonly totalUsd: number;
}

export function estimate(input: CostInput): Estimate {
  const traffic = trafficOf(input);
  const lines = [
    ...kinesisLines(input, traffic),
    ...lambdaLines(traffic),
    ...logLines(traffic),
    snapshotStorageLine(traffic),
    ...(input.resultTable ? resultTableLines(traffic) : []),
    ...(input.lake ? lakeLines(traffic) : []),
    ...cloudwatchLines(traffic),
  ];
  return { traffic, lines, totalUsd: sumUsd(lines), kinesisOnDemandUsd: kinesisOnDemandUsd(input), flink: flinkEstimate(input, lines) };
}

function flinkEstimate({ eventsPerSecond, flinkEventsPerKpu = ASSUMED.flinkEventsPerKpu }: CostInput, lines: readonly CostLine[]): FlinkEstimate {
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
