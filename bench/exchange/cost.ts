import { requireEqual, requireSame } from '../equality.ts';
import { compareRows } from '../../test/verify/compare.ts';
import { destinationsReference } from '../../test/verify/pipelines/destinations-reference.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import { PRICES } from '../../operate/cost/prices.ts';
import { flightsLoad } from '../flights-load.ts';
import { MeteredResultTable } from '../sinks.ts';
import { MeteredStores, noUnits, type Units } from './meter.ts';
import { STREAM } from './pipelines.ts';
import { ExchangeRun, partitionsOf, secondsOf } from './run.ts';

export interface ExchangeCostSettings {
  readonly records: number;
  readonly batchSize: number;
}

/** When receivers work: once for what the senders commit within a second, or after each commit. */
export type Pace = 'a second' | 'each commit';

/** What a run took, per 1,000 commits of senders. */
export interface ExchangeCost {
  readonly pace: Pace;
  readonly records: number;
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
  /** Of the exchange alone, per 1,000 million records in commits of 1,000 [US dollars]. */
  readonly usd: number;
}

const SHARDS = 4;

/** Lambda takes the rings of a call with one request, and deletes them with another. */
const REQUESTS_PER_CALL = 2;

/** Four senders, four receivers: every window as DuckDB has it, and what each service would charge for. */
export async function measureExchangeCost(
  { records, batchSize }: ExchangeCostSettings,
  pace: Pace,
): Promise<ExchangeCost> {
  const load = await flightsLoad({ records, shards: SHARDS, batchSize, stream: STREAM });
  const stores = new MeteredStores();
  const table = new MeteredResultTable();
  const run = new ExchangeRun(stores, table, partitionsOf(load));
  const [even, uneven] = secondsOf(load, batchSize);
  for (const second of even) {
    for (const invocation of second) {
      stores.by = 'senders';
      await run.send(invocation);
      stores.by = 'receivers';
      if (pace === 'each commit') await run.answer();
    }
    await run.answer();
  }
  const { calls, commits, receiverCommits, ringRequests } = run;
  const units = { ofExchange: { ...stores.ofExchange }, all: { ...stores.all } };
  for (const invocation of uneven) await run.send(invocation);
  await run.drain();
  await requireRight(records, run, table);
  const perThousand = (value: number): number => (value / commits) * 1_000;
  const queueRequests = perThousand(ringRequests + REQUESTS_PER_CALL * calls);
  const ofExchange = mapUnits(units.ofExchange, perThousand);
  return {
    pace,
    records,
    recordsPerCommit: batchSize,
    ofExchange,
    all: mapUnits(units.all, perThousand),
    queueRequests,
    calls: perThousand(calls),
    receiverCommits: perThousand(receiverCommits),
    rowBytes: stores.rowBytes.reduce((sum, bytes) => sum + bytes, 0) / stores.rowBytes.length,
    usd: dollars(ofExchange, queueRequests, perThousand(calls)) * 1_000,
  };
}

async function requireRight(records: number, run: ExchangeRun, table: MeteredResultTable): Promise<void> {
  const { results, counts } = await destinationsReference(flightsInput(), records, SHARDS);
  const idOf = ({ key, windowStartMs }: Readonly<Record<string, unknown>>): string =>
    `${String(key)}/${String(windowStartMs)}`;
  const actual = [...table.rows.values()].map(({ key, windowStartMs, windowEndMs, values }) => ({
    key,
    windowStartMs,
    windowEndMs,
    ...values,
  }));
  requireEqual(compareRows('results by destination', idOf, { expected: results, actual }));
  requireSame('rows counted', counts.counted, run.counted);
  requireSame('rows that are late', counts.late, run.late);
}

const mapUnits = (units: Units, f: (value: number) => number): Units =>
  Object.assign(
    noUnits(),
    Object.fromEntries(Object.entries(units).map(([name, value]) => [name, f(value as number)])),
  );

/** At the prices of `operate/cost/prices.ts` [US dollars]. */
function dollars({ writeUnits, readUnits, puts, gets }: Units, queueRequests: number, calls: number): number {
  const { dynamodb, s3, sqs, lambda } = PRICES;
  const perMillion =
    writeUnits * dynamodb.perMillionWriteUnits +
    readUnits * dynamodb.perMillionReadUnits +
    queueRequests * sqs.perMillionFifoRequests +
    calls * lambda.perMillionRequests;
  return perMillion / 1e6 + (puts * s3.perThousandPuts + gets * s3.perThousandGets) / 1e3;
}
