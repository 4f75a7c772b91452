import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { PRICES } from '../../operate/cost/prices.ts';
import { flightsLoad } from '../flights-load.ts';
import { MeteredResultTable } from '../sinks.ts';
import { MeteredStores, noUnits, type Units } from './meter.ts';
import { PacedQueue } from './paced-queue.ts';
import { before as combining, beforeEachRow, STREAM } from './pipelines.ts';
import { requireDestinations, SHARDS } from './right.ts';
import { ExchangeRun, partitionsOf, secondsOf } from './run.ts';

export interface ExchangeCostSettings {
  readonly records: number;
  readonly batchSize: number;
}

/** What crosses: partial results of the rows of a commit, or each of them. */
export type Crossing = 'combined' | 'each row';

/** What a run took, per 1,000 commits of senders. */
export interface ExchangeCost {
  /** Of the exchange; 0: receivers are called after each commit. */
  readonly paceMs: number;
  readonly crossing: Crossing;
  /** That were counted. */
  readonly records: number;
  /** Rings were full before: a slot without the next entry has an old one, which is paid for when it is read. */
  readonly isSettled: boolean;
  readonly recordsPerCommit: number;
  /** For the exchange alone: on top of what the logs of both fragments take. */
  readonly ofExchange: Units;
  /** Of both fragments. */
  readonly all: Units;
  readonly queueRequests: number;
  readonly calls: number;
  readonly receiverCommits: number;
  /** Rows of one commit, compressed, on average [bytes]. */
  readonly rowBytes: number;
  /** Of the exchange alone, per million commits of senders [US dollars]. */
  readonly usd: number;
}

/** That are worth a figure. */
const LEAST_SECONDS = 16;

/** Lambda takes the rings of a call with one request, and deletes them with another. */
const REQUESTS_PER_CALL = 2;

/**
 * Four senders that commit once a second each, spread over it, which is what makes most calls; and four receivers. Every
 * window as DuckDB has it, and what each service would charge for.
 */
export async function measureExchangeCost(
  { records, batchSize }: ExchangeCostSettings,
  paceMs: number,
  crossing: Crossing,
): Promise<ExchangeCost> {
  const load = await flightsLoad({ records, shards: SHARDS, batchSize, stream: STREAM });
  const stores = new MeteredStores();
  const table = new MeteredResultTable();
  const queue = new PacedQueue(paceMs);
  const sender = crossing === 'combined' ? combining : beforeEachRow;
  const run = new ExchangeRun(stores, table, partitionsOf(load), { sender, doorbell: queue.doorbell });
  const callUntil = async (nowMs: number): Promise<void> => {
    stores.by = 'receivers';
    await queue.advance(nowMs, (receiver) => run.call(receiver));
    stores.by = 'senders';
  };
  const [even, uneven] = secondsOf(load, batchSize);
  const countedFrom = even.length >= RING_SLOTS + LEAST_SECONDS ? RING_SLOTS : 0;
  const counts = (): Counts => countsOf(run, queue, stores);
  let before = counts();
  for (const [second, invocations] of even.entries()) {
    if (second === countedFrom) before = counts();
    for (const [i, invocation] of invocations.entries()) {
      const nowMs = second * 1_000 + i * (1_000 / SHARDS);
      await callUntil(nowMs);
      await run.send(invocation);
      await callUntil(nowMs);
    }
  }
  const counted = difference(counts(), before);
  for (const [i, [invocation]] of uneven.entries()) {
    if (invocation !== undefined) await run.send(invocation);
    await callUntil((even.length + i) * 1_000);
  }
  await run.drain();
  await requireDestinations(records, table.rows.values(), run);
  const perThousand = (value: number): number => (value / counted.commits) * 1_000;
  const requests = counted.ringRequests + REQUESTS_PER_CALL * counted.calls;
  const figures = {
    ofExchange: mapCounts(counted.ofExchange, perThousand),
    queueRequests: perThousand(requests),
    calls: perThousand(counted.calls),
  };
  return {
    ...figures,
    paceMs,
    crossing,
    records: counted.commits * batchSize,
    isSettled: countedFrom > 0,
    recordsPerCommit: batchSize,
    all: mapCounts(counted.all, perThousand),
    receiverCommits: perThousand(counted.receiverCommits),
    rowBytes: stores.rowBytes.reduce((sum, bytes) => sum + bytes, 0) / stores.rowBytes.length,
    usd: dollars(figures) * 1_000,
  };
}

interface Counts {
  readonly commits: number;
  readonly calls: number;
  readonly receiverCommits: number;
  readonly ringRequests: number;
  readonly ofExchange: Units;
  readonly all: Units;
}

function countsOf(
  { commits, calls, receiverCommits }: ExchangeRun,
  { requests: ringRequests }: PacedQueue,
  { ofExchange, all }: MeteredStores,
): Counts {
  return { commits, calls, receiverCommits, ringRequests, ofExchange: { ...ofExchange }, all: { ...all } };
}

function difference(after: Counts, before: Counts): Counts {
  return {
    commits: after.commits - before.commits,
    calls: after.calls - before.calls,
    receiverCommits: after.receiverCommits - before.receiverCommits,
    ringRequests: after.ringRequests - before.ringRequests,
    ofExchange: mapCounts(after.ofExchange, (value, name) => value - before.ofExchange[name]),
    all: mapCounts(after.all, (value, name) => value - before.all[name]),
  };
}

function mapCounts(units: Units, f: (value: number, name: keyof Units) => number): Units {
  const names = Object.keys(units) as Array<keyof Units>;
  return Object.assign(noUnits(), Object.fromEntries(names.map((name) => [name, f(units[name], name)])));
}

/** Of a thousand commits, at the prices of `operate/cost/prices.ts` [US dollars]. */
function dollars({ ofExchange, queueRequests, calls }: Pick<ExchangeCost, 'ofExchange' | 'queueRequests' | 'calls'>) {
  const { dynamodb, s3, sqs, lambda } = PRICES;
  const perMillion =
    ofExchange.writeUnits * dynamodb.perMillionWriteUnits +
    ofExchange.readUnits * dynamodb.perMillionReadUnits +
    queueRequests * sqs.perMillionFifoRequests +
    calls * lambda.perMillionRequests;
  const objects = ofExchange.puts * s3.perThousandPuts + ofExchange.gets * s3.perThousandGets;
  return perMillion / 1e6 + objects / 1e3;
}
