import { intervalMs } from '../../engine/exchange/pace.ts';
import { ASSUMED } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './prices.ts';
import type { SenderTraffic } from './sender-traffic.ts';
import { distinct, NO_WINDOW_MS, type CostInput, type ExchangeLoad, type Traffic } from './traffic.ts';

/** How an exchange looks from inside: its senders' commits become calls of its receivers. */
export interface ExchangeTraffic {
  readonly name: string;
  readonly senders: readonly SenderTraffic[];
  /** What the receivers' logs see: a log each, and a commit a call. */
  readonly receivers: Traffic;
  /** Through the exchange, of all senders. */
  readonly rowsPerMonth: number;
  /** Receivers that a commit with rows has some for, on average. */
  readonly rungPerCommit: number;
  /** Entries that a call takes, of all senders. */
  readonly entriesPerCall: number;
}

/**
 * Rings within a pace are one, and those that come while a receiver works are one call when it is done: so it is called the
 * less often the longer it takes. Each minute a tick calls those that have something to read.
 *
 * @param isLast results of its receivers go to the sinks
 */
export function exchangeTraffic(
  input: Pick<CostInput, 'resultTable'>,
  exchange: ExchangeLoad,
  senders: readonly SenderTraffic[],
  isLast: boolean,
): ExchangeTraffic {
  const { receivers, paceMs, keys } = exchange;
  const sumOf = (valueOf: (sender: SenderTraffic) => number): number =>
    senders.reduce((sum, sender) => sum + valueOf(sender), 0);
  const rung = ({ rowsPerMonth, rowCommitsPerMonth }: SenderTraffic): number =>
    distinct(receivers, Math.min(keys, rowsPerMonth / rowCommitsPerMonth));
  const rings = sumOf((sender) => sender.rowCommitsPerMonth * rung(sender));
  const rowsPerMonth = sumOf((sender) => sender.rowsPerMonth);
  const crossing = sumOf(({ rowCommitsPerMonth, crossing: { items } }) => rowCommitsPerMonth * items);
  const commitsPerSecond = sumOf((sender) => sender.commitsPerMonth) / SECONDS_PER_MONTH;
  const byTicks = gathered(commitsPerSecond, TICK_SECONDS);
  const ringsPerSecond = Math.max(gathered(rings / receivers / SECONDS_PER_MONTH, intervalMs(paceMs) / 1_000), byTicks);
  let callsPerSecond = ringsPerSecond;
  let callMs: number = ASSUMED.receiveMs;
  for (let round = 0; round < ROUNDS; round++) {
    const items = crossing / SECONDS_PER_MONTH / receivers / callsPerSecond;
    callMs = ASSUMED.receiveMs + items * ASSUMED.recordMs;
    callsPerSecond = callsOf(ringsPerSecond, callMs / 1_000, paceMs > 0);
  }
  const hasTable = input.resultTable && isLast;
  const rowsPerSecond = rowsPerMonth / SECONDS_PER_MONTH;
  return {
    name: exchange.name,
    senders,
    receivers: receiversTraffic(exchange, hasTable, { rowsPerSecond, callsPerSecond, callMs }),
    rowsPerMonth,
    rungPerCommit: rings / sumOf((sender) => sender.rowCommitsPerMonth),
    entriesPerCall: commitsPerSecond / callsPerSecond,
  };
}

const TICK_SECONDS = 60;

/** Of rings at any time, how many the queue keeps: one of each interval that has some. */
function gathered(perSecond: number, seconds: number): number {
  return seconds === 0 ? perSecond : -Math.expm1(-perSecond * seconds) / seconds;
}

/** Of a receiver [1/s]: rings of a pace come one by one, those without at any time. */
function callsOf(ringsPerSecond: number, callSeconds: number, isPaced: boolean): number {
  if (isPaced) return Math.min(ringsPerSecond, 1 / callSeconds);
  const waitSeconds = Math.exp(-ringsPerSecond * callSeconds) / ringsPerSecond;
  return 1 / (callSeconds + waitSeconds);
}

/** Enough for the two to agree: each round is closer. */
const ROUNDS = 20;

interface Calls {
  /** Of all receivers; a partial result stands for several. */
  readonly rowsPerSecond: number;
  /** Of each receiver. */
  readonly callsPerSecond: number;
  readonly callMs: number;
}

function receiversTraffic(
  { receivers, keys: allKeys, windowMs = NO_WINDOW_MS, openAfterEndMs }: ExchangeLoad,
  hasTable: boolean,
  { rowsPerSecond, callsPerSecond, callMs }: Calls,
): Traffic {
  const keys = allKeys / receivers;
  const perSecond = rowsPerSecond / receivers;
  const calls = callsPerSecond * SECONDS_PER_MONTH;
  const windows = SECONDS_PER_MONTH / (windowMs / 1_000);
  const panesPerWindow = distinct(keys, (perSecond * windowMs) / 1_000);
  const bursts = Math.min(calls, windows);
  const resultsPerMonth = panesPerWindow * windows * receivers;
  const firedPerBurst = (panesPerWindow * windows) / bursts;
  const rounds = hasTable ? Math.ceil(firedPerBurst / ASSUMED.resultPutsPerRound) * (bursts / calls) : 0;
  const invocationMs = callMs + rounds * ASSUMED.resultRoundMs;
  const rowsPerCall = perSecond / callsPerSecond;
  return {
    partitions: receivers,
    readers: receivers,
    recordsPerInvocation: rowsPerCall,
    invocationsPerMonth: calls * receivers,
    recordsPerBatch: rowsPerCall,
    batchesPerMonth: calls * receivers,
    touchedPanesPerBatch: distinct(Math.max(1, keys), rowsPerCall),
    resultsPerMonth,
    firingsPerMonth: resultsPerMonth * ASSUMED.firingsPerResult,
    bursts: bursts * receivers,
    firedPerBurst,
    openPanes: panesPerWindow * (1 + openAfterEndMs / windowMs),
    invocationMs,
    averageConcurrency: (callsPerSecond * receivers * invocationMs) / 1_000,
  };
}
