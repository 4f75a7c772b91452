import { INLINE_LIMIT_RANGE_KIB } from '../../engine/partition-log/inline-limit.ts';
import { ASSUMED } from './assumptions.ts';
import { exchangeAtRest, exchangeLines, otherSourcesAtRest } from './exchange-lines.ts';
import { exchangeTraffic, type ExchangeTraffic } from './exchange-traffic.ts';
import { clusterLines, endpointLines, ownPollersUsd } from './kafka-lines.ts';
import { HOURS_PER_MONTH, PRICES, SECONDS_PER_MONTH } from './prices.ts';
import { passingOn, sendingResults, type SenderTraffic } from './sender-traffic.ts';
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
import {
  inlineLimitBytes,
  loadsBySource,
  trafficOf,
  type CostInput,
  type ExchangeLoad,
  type KafkaKind,
  type Traffic,
} from './traffic.ts';

/** What a month costs, and what it takes. */
export interface Estimate {
  /** Of what reads the first source. */
  readonly traffic: Traffic;
  /** One or more. */
  readonly sources: readonly SourceEstimate[];
  /** In a row. */
  readonly exchanges: readonly ExchangeEstimate[];
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** Instead of the lines of Kinesis; undefined where there is no stream. */
  readonly kinesisOnDemandUsd: number | undefined;
  /** Above Lambda's own pollers, below 0 if they are cheaper; undefined where there is no topic. */
  readonly ownPollersUsd: number | undefined;
  readonly flink: FlinkEstimate;
}

export interface SourceEstimate {
  readonly name: string;
  readonly eventsPerSecond: number;
  readonly kafka: KafkaKind | undefined;
  readonly traffic: Traffic;
}

export interface ExchangeEstimate extends ExchangeTraffic {
  /** Without records a month, its alarms apart; the goal is AT_REST_GOAL_USD. */
  readonly atRestUsd: number;
}

/** An exchange should cost no more a month while nothing happens. */
export const AT_REST_GOAL_USD = 0.5;

/** The same pipeline as a Managed Flink application: the same source and the same results, another way in between. */
export interface FlinkEstimate {
  /** What a KPU gets through [events/s]. */
  readonly eventsPerKpu: number;
  /** The one for orchestration included. */
  readonly kpus: number;
  readonly kpuUsd: number;
  readonly sharedUsd: number;
  readonly totalUsd: number;
}

export function estimate(input: CostInput): Estimate {
  const { exchanges = [] } = input;
  // Results come of the last receivers.
  const loads = loadsBySource(exchanges.length === 0 ? input : { ...input, resultTable: false });
  const sources = loads.map((load) => ({ load, name: load.name, kafka: load.kafka, traffic: trafficOf(load) }));
  const [{ traffic }] = sources as [(typeof sources)[number]];
  const chain = exchangesOf(input, sources);
  const behind = chain.at(-1)?.receivers ?? traffic;
  const isOne = sources.length === 1;
  const lines = [
    ...sources.flatMap(({ load, name, kafka, traffic: own }) =>
      kafka === undefined ? kinesisLines(load, own).map((line) => (isOne ? line : { ...line, of: name })) : [],
    ),
    ...clusterOf(sources),
    ...sources.flatMap(({ name, traffic: own }) =>
      lambdaLines(own).map((line) => (isOne ? line : { ...line, of: name })),
    ),
    ...chain.flatMap((exchange) => exchangeLines(exchange, sources.length)),
    ...otherSourcesAtRest(sources.map(({ traffic: own }) => own.partitions)),
    ...logsOf(input, traffic, chain),
    ...(input.resultTable ? resultTableLines(behind) : []),
    ...(input.lake ? lakeLines(behind) : []),
    ...cloudwatchLines(
      sources,
      chain.map(({ receivers }) => receivers),
    ),
  ];
  const streams = sources.filter(({ kafka }) => kafka === undefined);
  const topics = sources.filter(({ kafka }) => kafka !== undefined);
  return {
    traffic,
    sources: sources.map(({ load, ...source }) => ({ ...source, eventsPerSecond: load.eventsPerSecond })),
    exchanges: chain,
    lines,
    totalUsd: sumUsd(lines),
    kinesisOnDemandUsd: streams.length === 0 ? undefined : sum(streams.map(({ load }) => kinesisOnDemandUsd(load))),
    ownPollersUsd: topics.length === 0 ? undefined : ownPollersUsd(topics),
    flink: flinkEstimate(input, lines),
  };
}

const [, LARGEST_KIB] = INLINE_LIMIT_RANGE_KIB;
export const LARGEST_INLINE_KIB = LARGEST_KIB;

/** The same with as few objects as can be: all bodies that fit into an item are in it. */
export function allInItems(input: CostInput): Estimate {
  return estimate({ ...input, inlineLimitKiB: LARGEST_INLINE_KIB });
}

interface Read {
  readonly name: string;
  readonly load: CostInput;
  readonly kafka: KafkaKind | undefined;
  readonly traffic: Traffic;
}

/** Topics of a pipeline are in one cluster. */
function clusterOf(sources: readonly Read[]): CostLine[] {
  const topics = sources.filter(({ kafka }) => kafka !== undefined);
  const [first] = topics;
  if (first?.kafka === undefined) return [];
  const load = { ...first.load, eventsPerSecond: sum(topics.map((topic) => topic.load.eventsPerSecond)) };
  const traffic = { ...first.traffic, partitions: sum(topics.map((topic) => topic.traffic.partitions)) };
  return [...clusterLines(first.kafka, load, traffic), ...endpointLines(first.kafka, load, traffic)];
}

/** Each is sent to by the one before, the first by what reads the sources. */
function exchangesOf(input: CostInput, sources: readonly Read[]): ExchangeEstimate[] {
  const { exchanges = [], hasWindowsInPlace = false } = input;
  const chain: ExchangeEstimate[] = [];
  for (const [i, exchange] of exchanges.entries()) {
    const before = chain.at(-1);
    const senders =
      before === undefined
        ? sources.map(({ name, load, traffic }) =>
            hasWindowsInPlace
              ? sendingResults(name, traffic, ofRecords(load, exchange, true), exchange, inlineLimitBytes(input))
              : passingOn(name, load, traffic, exchange),
          )
        : [sendingOn(input, before, exchanges[i - 1] as ExchangeLoad, exchange)];
    const traffic = exchangeTraffic(input, exchange, senders, i === exchanges.length - 1);
    const shape = { ticks: sources.length, senders: senders.reduce((logs, one) => logs + one.logs, 0) };
    const meeting = before === undefined ? sources.map(({ traffic: own }) => own.partitions) : [];
    const rest = [...exchangeAtRest({ ...shape, receivers: exchange.receivers }), ...otherSourcesAtRest(meeting)];
    chain.push({ ...traffic, atRestUsd: sumUsd(rest) });
  }
  return chain;
}

function sendingOn(
  input: CostInput,
  { name, receivers, rowsPerMonth, senders }: ExchangeTraffic,
  { windowMs }: ExchangeLoad,
  exchange: ExchangeLoad,
): SenderTraffic {
  const hasWindows = windowMs !== undefined;
  const rows =
    exchange.rowsPerRecord === undefined
      ? { perMonth: rowsPerMonth, hasWindows }
      : ofRecords(input, exchange, hasWindows);
  return sendingResults(name, receivers, rows, exchange, inlineLimitBytes(input), logsIn(senders));
}

function ofRecords(
  { eventsPerSecond }: Pick<CostInput, 'eventsPerSecond'>,
  { rowsPerRecord = ASSUMED.rowsPerRecord }: ExchangeLoad,
  hasWindows: boolean,
): { readonly perMonth: number; readonly hasWindows: boolean } {
  return { perMonth: eventsPerSecond * SECONDS_PER_MONTH * rowsPerRecord, hasWindows };
}

/** Of every fragment that keeps state: those that send have rows instead of results for a sink. */
function logsOf(input: CostInput, traffic: Traffic, chain: readonly ExchangeTraffic[]): CostLine[] {
  const stateful = [
    ...(chain.length === 0 || input.hasWindowsInPlace === true
      ? [{ traffic, name: chain.length === 0 ? undefined : 'source', positions: 0, next: chain[0] }]
      : []),
    ...chain.map(({ name, receivers, senders }, i) => ({
      traffic: receivers,
      name,
      positions: logsIn(senders),
      next: chain[i + 1],
    })),
  ];
  return stateful.flatMap(({ traffic: own, name, positions, next }) =>
    [...logLines(own, inlineLimitBytes(input), positions, bytesPerResult(own, next)), snapshotStorageLine(own)].map(
      (line) => (name === undefined ? line : { ...line, of: name }),
    ),
  );
}

function bytesPerResult({ firedPerBurst }: Traffic, next: ExchangeTraffic | undefined): number {
  const [sender] = next?.senders ?? [];
  return sender === undefined ? ASSUMED.outboxBytesPerResult : sender.crossing.bytes / Math.max(1e-9, firedPerBurst);
}

function logsIn(senders: readonly SenderTraffic[]): number {
  return senders.reduce((logs, sender) => logs + sender.logs, 0);
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
  return { eventsPerKpu: flinkEventsPerKpu, kpus, kpuUsd, sharedUsd, totalUsd: kpuUsd + sharedUsd };
}

function sumUsd(lines: readonly CostLine[]): number {
  return sum(lines.map(({ usd }) => usd));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
