import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults } from '../adapters/dynamodb/read-results.ts';
import { ResultTableSink, type ResultTableSinkProps } from '../adapters/dynamodb/result-table.ts';
import { storedResult, type ResultRow, type StoredResult } from '../engine/outputs.ts';
import type { Sink } from '../engine/ports.ts';
import { dynamodbClient } from '../local/aws/clients.ts';
import { ensureTables, resultsTableName } from '../local/aws/tables.ts';
import { startDynamoDb } from '../local/emulators/start.ts';
import { collect } from '../test/support/collect.ts';
import { sampleDelivery } from '../test/support/samples.ts';
import { compareRows, type Row } from '../test/verify/compare.ts';
import { requireEqual, requireSame } from './equality.ts';
import { figureOf, processorTimed, ratioOf, type Figure } from './rounds.ts';

export interface ResultTableSettings {
  /** Per delivery. */
  readonly rows: number;
  readonly rounds: number;
}

/** What the function itself does for a row of the result table. */
export interface ResultTableCost {
  readonly rows: number;
  readonly kinds: readonly RowCost[];
}

export interface RowCost {
  readonly kind: Kind;
  /** Time of the processor per row, of all threads of this process [µs]. */
  readonly batched: Figure;
  readonly oneByOne: Figure;
  /** One by one / batched, within a round. */
  readonly ratio: Figure;
}

/** What a row may take that needs no put, and what would be better still [µs]. */
export const GOALS_US: readonly number[] = [60, 15];

type Kind = (typeof KINDS)[number];
type Writes = NonNullable<ResultTableSinkProps['writes']>;
const KINDS = ['first firing', 'later firing', 'repeat'] as const;
const WAYS: readonly Writes[] = ['batched', 'one by one'];
const EPOCH_MS = 1_700_000_000_000;
const WINDOW_MS = 300_000;

/**
 * Both ways in turn, each into a table of its own, over the emulator's API in another process. Both tables hold what they
 * should before a figure counts; a sink that falls back to puts is an error.
 */
export async function measureResultTable({ rows, rounds }: ResultTableSettings): Promise<ResultTableCost> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  const emulator = await startDynamoDb(join(folder, 'dynamodb'));
  const client = dynamodbClient(emulator.endpoint);
  const times = new Map<string, number[]>();
  try {
    const tables = new Map<Writes, { readonly table: string; readonly sink: Sink }>();
    for (const writes of WAYS) {
      const name = `bench-${WAYS.indexOf(writes)}`;
      await ensureTables(client, { name, results: { identity: 'window' } });
      const table = resultsTableName(name);
      tables.set(writes, { table, sink: new ResultTableSink({ client, table, writes, warn: fail }) });
    }
    for (let round = 0; round <= rounds; round++) {
      for (const writes of round % 2 === 0 ? WAYS : WAYS.toReversed()) {
        const { sink } = tables.get(writes) as { readonly sink: Sink };
        for (const [kind, revision, written] of [
          ['first firing', 1, rows],
          ['later firing', 2, rows],
          ['repeat', 2, 0],
        ] as const) {
          const delivery = sampleDelivery({ results: rowsOf(rows, round, revision) }, 1, EPOCH_MS);
          let receipt = 0;
          const ms = await processorTimed(async () => (receipt = (await sink.deliver(delivery)).rows));
          requireSame(`rows written, ${writes}, ${kind}`, written, receipt);
          const id = `${kind}/${writes}`;
          if (round > 0) times.set(id, [...(times.get(id) ?? []), (ms * 1_000) / rows]);
        }
      }
    }
    const expected = Array.from({ length: rounds + 1 }, (_, round) => rowsOf(rows, round, 2))
      .flat()
      .map((row) => flat(storedResult(row, EPOCH_MS)));
    for (const [writes, { table }] of tables) {
      const actual = (await collect(readResults(client, table))).map(flat);
      requireEqual(compareRows(`the table that was written ${writes}`, idOf, { expected, actual }));
    }
  } finally {
    client.destroy();
    await emulator.stop();
    await rm(folder, { recursive: true });
  }
  const kinds = KINDS.map((kind): RowCost => {
    const batched = times.get(`${kind}/batched`) ?? [];
    const oneByOne = times.get(`${kind}/one by one`) ?? [];
    return { kind, batched: figureOf(batched), oneByOne: figureOf(oneByOne), ratio: ratioOf(oneByOne, batched) };
  });
  return { rows, kinds };
}

/** As of a pipeline with a count, a mean and a text. */
function rowsOf(rows: number, round: number, revision: number): ResultRow[] {
  return Array.from({ length: rows }, (_, i) => ({
    key: `device-${i}`,
    windowStartMs: round * WINDOW_MS,
    windowEndMs: (round + 1) * WINDOW_MS,
    revision,
    values: { readings: i + revision, mean: i / 7, newest: `state-${i % 5}` },
  }));
}

/** As one level of fields. */
const flat = ({ values, ...row }: StoredResult): Row => ({ ...row, ...values });
const idOf = ({ key, windowStartMs }: Row): string => `${String(windowStartMs)}/${String(key)}`;

function fail(text: string): never {
  throw new Error(text);
}
