import { DEFAULT_PACE_MS, intervalMs } from '../../engine/exchange/pace.ts';
import { ASSUMED } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './prices.ts';
import { distinct, type CostInput, type Traffic } from './traffic.ts';

/** How an exchange looks from inside: its senders' commits become calls of its receivers. */
export interface ExchangeTraffic {
  /** What the receivers' logs see: a log each, and a commit a call. */
  readonly receivers: Traffic;
  /** Receivers that a commit has rows for, on average. */
  readonly rungPerCommit: number;
  /** Rows of a commit, compressed [bytes]. */
  readonly rowBytes: number;
  /** Entries that a call takes, of all senders. */
  readonly entriesPerCall: number;
}

/**
 * Rings within a pace are one, and those that come while a receiver works are one call when it is done: so it is called the
 * less often the longer it takes.
 */
export function exchangeTraffic(input: CostInput, senders: Traffic, receivers: number): ExchangeTraffic {
  const commitsPerSecond = senders.batchesPerMonth / SECONDS_PER_MONTH;
  const rungPerCommit = distinct(receivers, senders.recordsPerBatch);
  const paceMs = input.paceMs ?? DEFAULT_PACE_MS;
  const ringsPerSecond = gathered((commitsPerSecond * rungPerCommit) / receivers, paceMs);
  let callsPerSecond = ringsPerSecond;
  let callMs: number = ASSUMED.receiveMs;
  for (let round = 0; round < ROUNDS; round++) {
    const rows = input.eventsPerSecond / receivers / callsPerSecond;
    callMs = ASSUMED.receiveMs + rows * ASSUMED.recordMs;
    callsPerSecond = callsOf(ringsPerSecond, callMs / 1_000, paceMs > 0);
  }
  return {
    receivers: receiversTraffic(input, { receivers, callsPerSecond, callMs }),
    rungPerCommit,
    rowBytes: senders.recordsPerBatch * ASSUMED.rowBytesPerRecord,
    entriesPerCall: commitsPerSecond / callsPerSecond,
  };
}

/** Of rings at any time, how many the queue keeps: one of each interval that has some. */
function gathered(perSecond: number, paceMs: number): number {
  const seconds = intervalMs(paceMs) / 1_000;
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
  readonly receivers: number;
  /** Of each receiver. */
  readonly callsPerSecond: number;
  readonly callMs: number;
}

function receiversTraffic(input: CostInput, { receivers, callsPerSecond, callMs }: Calls): Traffic {
  const keys = input.keys / receivers;
  const perSecond = input.eventsPerSecond / receivers;
  const calls = callsPerSecond * SECONDS_PER_MONTH;
  const windows = SECONDS_PER_MONTH / (input.windowMs / 1_000);
  const panesPerWindow = distinct(keys, (perSecond * input.windowMs) / 1_000);
  const bursts = Math.min(calls, windows);
  const resultsPerMonth = panesPerWindow * windows * receivers;
  const firedPerBurst = (panesPerWindow * windows) / bursts;
  const rounds = input.resultTable ? Math.ceil(firedPerBurst / ASSUMED.resultPutsPerRound) * (bursts / calls) : 0;
  const invocationMs = callMs + rounds * ASSUMED.resultRoundMs;
  return {
    partitions: receivers,
    readers: receivers,
    recordsPerInvocation: perSecond / callsPerSecond,
    invocationsPerMonth: calls * receivers,
    recordsPerBatch: perSecond / callsPerSecond,
    batchesPerMonth: calls * receivers,
    touchedPanesPerBatch: distinct(Math.max(1, keys), perSecond / callsPerSecond),
    resultsPerMonth,
    firingsPerMonth: resultsPerMonth * ASSUMED.firingsPerResult,
    bursts: bursts * receivers,
    firedPerBurst,
    openPanes: panesPerWindow * (1 + input.openAfterEndMs / input.windowMs),
    invocationMs,
    averageConcurrency: (callsPerSecond * receivers * invocationMs) / 1_000,
  };
}
