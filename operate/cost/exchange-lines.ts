import { ASSUMED } from './assumptions.ts';
import type { ExchangeTraffic } from './exchange-traffic.ts';
import { PRICES, SECONDS_PER_MONTH } from './prices.ts';
import type { SenderTraffic } from './sender-traffic.ts';
import { waitLines, type CostLine } from './services.ts';

/** Lambda asks a queue with so many requests at a time, each of which waits for so long [s]. */
const POLLERS = 5;
const LONG_POLL_SECONDS = 20;
const MINUTES_PER_MONTH = SECONDS_PER_MONTH / 60;
/** Whether the head of a log still is the newest, a tick sees by the slot of the next version. */
const SLOTS_OF_HEAD = 1;
/** Lambda takes the rings of a call with one request, and deletes them with another. */
const REQUESTS_PER_CALL = 2;
const RINGS_PER_REQUEST = 10;
/** A tick looks whether another source has been made again. */
const GETS_PER_MANIFEST = 1;

/** What looks at an exchange while nothing happens. */
export interface ExchangeAtRest {
  /** One a source, each of which looks at all receivers. */
  readonly ticks: number;
  /** Logs that send to it. */
  readonly senders: number;
  readonly receivers: number;
}

/** What an exchange costs without records, a month. */
export function exchangeAtRest({ ticks, senders, receivers }: ExchangeAtRest): CostLine[] {
  return [pollingLine(), looksLine(ticks * (receivers * SLOTS_OF_HEAD + senders))];
}

/**
 * What its ticks read of the logs of the other sources while a partition of their own is idle.
 *
 * @param logs of each source
 */
export function otherSourcesAtRest(logs: readonly number[]): CostLine[] {
  if (logs.length < 2) return [];
  const all = logs.reduce((sum, count) => sum + count, 0);
  const slots = (logs.length - 1) * all * SLOTS_OF_HEAD;
  const gets = logs.length * (logs.length - 1) * GETS_PER_MANIFEST * MINUTES_PER_MONTH;
  return [
    readLine('looks of ticks at other sources', MINUTES_PER_MONTH * slots),
    {
      service: 'S3',
      what: 'manifests of other sources',
      quantity: gets,
      unit: 'GET',
      usd: (gets / 1e3) * PRICES.s3.perThousandGets,
      shared: false,
    },
  ];
}

/** What the records make of it: the log of the senders with the rows in it, what the receivers read, and how they are called. */
export function exchangeLines(exchange: ExchangeTraffic, ticks: number): CostLine[] {
  const { receivers, senders, rungPerCommit } = exchange;
  const { invocationsPerMonth: calls, invocationMs } = receivers;
  const sumOf = (valueOf: (sender: SenderTraffic) => number): number =>
    senders.reduce((sum, sender) => sum + valueOf(sender), 0);
  const writeUnits = sumOf((sender) => sender.writeUnits ?? 0);
  // Each receiver takes all of every sender, and looks once more behind it.
  const readUnits = sumOf(
    ({ commitsPerMonth, logs, readUnits: each }) =>
      (receivers.partitions * commitsPerMonth + calls * logs) * 0.5 * each,
  );
  // Receivers that stand at one place of a sender are seen by one read; they do unless it has committed since a tick before.
  const places = ({ commitsPerMonth, logs }: SenderTraffic): number =>
    Math.min(receivers.partitions, 1 + commitsPerMonth / logs / MINUTES_PER_MONTH);
  const looks =
    receivers.partitions * SLOTS_OF_HEAD + sumOf((sender) => sender.logs * sender.readUnits * places(sender));
  const inObjects = senders.filter(({ isInline }) => !isInline);
  const puts = inObjects.reduce((sum, { rowCommitsPerMonth }) => sum + rowCommitsPerMonth, 0);
  const rowCommits = sumOf((sender) => sender.rowCommitsPerMonth);
  const requests = rowCommits * Math.ceil(rungPerCommit / RINGS_PER_REQUEST) + calls * REQUESTS_PER_CALL;
  const gbSeconds = ((calls * invocationMs) / 1_000) * (ASSUMED.memoryMiB / 1_024);
  const { dynamodb, s3, lambda } = PRICES;
  const of = exchange.name;
  const lines: CostLine[] = [
    ...(writeUnits === 0
      ? []
      : [
          {
            service: 'DynamoDB',
            what: 'log of senders, with rows',
            quantity: writeUnits,
            unit: 'write units',
            usd: (writeUnits / 1e6) * dynamodb.perMillionWriteUnits,
            shared: false,
          },
        ]),
    readLine('rows read by receivers', readUnits),
    ...(puts === 0
      ? []
      : [
          {
            service: 'S3',
            what: 'rows put',
            quantity: puts,
            unit: 'PUT',
            usd: (puts / 1e3) * s3.perThousandPuts,
            shared: false,
          },
          {
            service: 'S3',
            what: 'rows read',
            quantity: puts * receivers.partitions,
            unit: 'GET',
            usd: ((puts * receivers.partitions) / 1e3) * s3.perThousandGets,
            shared: false,
          },
          ...waitLines('waiting for rows', puts + calls),
        ]),
    queueLine('rings', requests),
    {
      service: 'Lambda',
      what: 'calls of receivers',
      quantity: calls,
      unit: 'requests',
      usd: (calls / 1e6) * lambda.perMillionRequests,
      shared: false,
    },
    {
      service: 'Lambda',
      what: 'duration of receivers',
      quantity: gbSeconds,
      unit: 'GB-seconds',
      usd: gbSeconds * lambda.perGbSecond,
      shared: false,
    },
    pollingLine(),
    looksLine(ticks * looks),
  ];
  return lines.map((line) => ({ ...line, of }));
}

function pollingLine(): CostLine {
  return queueLine('polling of the queue', (SECONDS_PER_MONTH / LONG_POLL_SECONDS) * POLLERS);
}

/** A tick proves that a receiver has nothing to do, so it reads strongly (PL-32): whether something waits for it, and what its senders have. */
function looksLine(unitsPerMinute: number): CostLine {
  return readLine('looks of ticks at receivers', MINUTES_PER_MONTH * unitsPerMinute);
}

function queueLine(what: string, requests: number): CostLine {
  const usd = (requests / 1e6) * PRICES.sqs.perMillionFifoRequests;
  return { service: 'SQS', what, quantity: requests, unit: 'requests', usd, shared: false };
}

function readLine(what: string, units: number): CostLine {
  const usd = (units / 1e6) * PRICES.dynamodb.perMillionReadUnits;
  return { service: 'DynamoDB', what, quantity: units, unit: 'read units', usd, shared: false };
}
