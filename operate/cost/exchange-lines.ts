import { ASSUMED } from './assumptions.ts';
import type { ExchangeTraffic } from './exchange-traffic.ts';
import { PRICES, SECONDS_PER_MONTH } from './prices.ts';
import type { CostLine } from './services.ts';
import type { Traffic } from './traffic.ts';

/** Lambda asks a queue with so many requests at a time, each of which waits for so long [s]. */
const POLLERS = 5;
const LONG_POLL_SECONDS = 20;
const MINUTES_PER_MONTH = SECONDS_PER_MONTH / 60;
/** Of the head of a receiver's log, a tick reads its slot and the next. */
const SLOTS_OF_HEAD = 2;
/** Lambda takes the rings of a call with one request, and deletes them with another. */
const REQUESTS_PER_CALL = 2;
const RINGS_PER_REQUEST = 10;
const READ_UNIT_BYTES = 4_096;

/** What an exchange costs without records, a month. */
export function exchangeAtRest(senders: number, receivers: number): CostLine[] {
  const polls = (SECONDS_PER_MONTH / LONG_POLL_SECONDS) * POLLERS;
  // The tick looks whether a receiver has something to do, and whether a sender has something for it.
  const reads = MINUTES_PER_MONTH * receivers * (SLOTS_OF_HEAD + senders) * 0.5;
  return [queueLine('polling of the queue', polls), readLine('looks of the tick at receivers', reads)];
}

/** What the records make of it: the log of the senders with the rows in it, what the receivers read, and how they are called. */
export function exchangeLines(senders: Traffic, exchange: ExchangeTraffic): CostLine[] {
  const { receivers, rungPerCommit, rowBytes, entriesPerCall } = exchange;
  const { batchesPerMonth: commits } = senders;
  const { invocationsPerMonth: calls, invocationMs } = receivers;
  const isInline = rowBytes <= ASSUMED.inlineLimitBytes;
  const itemBytes = ASSUMED.logItemBytes + (isInline ? rowBytes : 0);
  const writeUnits = commits * Math.ceil(itemBytes / 1_024);
  // Of every sender what is new, and the slot behind it.
  const slots = calls * (entriesPerCall + senders.partitions);
  const readUnits = slots * 0.5 * Math.ceil(itemBytes / READ_UNIT_BYTES);
  const requests = commits * Math.ceil(rungPerCommit / RINGS_PER_REQUEST) + calls * REQUESTS_PER_CALL;
  const gbSeconds = ((calls * invocationMs) / 1_000) * (ASSUMED.memoryMiB / 1_024);
  const { dynamodb, s3, lambda } = PRICES;
  return [
    {
      service: 'DynamoDB',
      what: 'log of senders, with rows',
      quantity: writeUnits,
      unit: 'write units',
      usd: (writeUnits / 1e6) * dynamodb.perMillionWriteUnits,
      shared: false,
    },
    readLine('rows read by receivers', readUnits),
    ...(isInline
      ? []
      : [
          {
            service: 'S3',
            what: 'rows put',
            quantity: commits,
            unit: 'PUT',
            usd: (commits / 1e3) * s3.perThousandPuts,
            shared: false,
          },
          {
            service: 'S3',
            what: 'rows read',
            quantity: commits * receivers.partitions,
            unit: 'GET',
            usd: ((commits * receivers.partitions) / 1e3) * s3.perThousandGets,
            shared: false,
          },
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
  ];
}

function queueLine(what: string, requests: number): CostLine {
  const usd = (requests / 1e6) * PRICES.sqs.perMillionFifoRequests;
  return { service: 'SQS', what, quantity: requests, unit: 'requests', usd, shared: false };
}

function readLine(what: string, units: number): CostLine {
  const usd = (units / 1e6) * PRICES.dynamodb.perMillionReadUnits;
  return { service: 'DynamoDB', what, quantity: units, unit: 'read units', usd, shared: false };
}
