import { MemorySink } from '../../adapters/memory/sink.ts';
import type { Sink } from '../../engine/ports.ts';
import { processBatch } from '../../engine/process-batch.ts';
import { expectedOf } from '../../test/verify/expected.ts';
import { compareRows } from '../../test/verify/compare.ts';
import { requireEqual, requireSame } from '../equality.ts';
import { batchesOf, flightsLoad, type Invocation } from '../flights-load.ts';
import { freshProcessor } from '../processor.ts';
import { interleave, mapFigure, ratioOf, type Figure } from '../rounds.ts';
import { NullSink } from '../sinks.ts';
import { origins, STREAM } from './pipelines.ts';
import { ExchangeRun, inMemory, partitionsOf, secondsOf } from './run.ts';
import { requireDestinations, SHARDS } from './right.ts';

export interface CrossingSettings {
  readonly records: number;
  readonly rounds: number;
}

/** What a record costs that changes its key, and one that does not: event to the commit with its aggregates. */
export interface CrossingCost {
  readonly records: number;
  readonly batchSize: number;
  /** Per record [µs]. */
  readonly staying: Figure;
  readonly crossing: Figure;
  /** crossing / staying, of the same round. */
  readonly ratio: Figure;
}

const BATCH_SIZE = 1_000;

/** The same aggregates of the same flights by origin, which is their partition key, and by destination. */
export async function measureCrossing({ records, rounds }: CrossingSettings): Promise<CrossingCost> {
  const load = await flightsLoad({ records, shards: SHARDS, batchSize: BATCH_SIZE, stream: STREAM });
  const stayed = await requireOrigins(records, load);
  const table = new MemorySink();
  const crossed = await cross(load, table);
  await requireDestinations(records, table.results, crossed);
  const times = await interleave(rounds, {
    staying: async () => requireSame('records counted', stayed, await stay(load, new NullSink())),
    crossing: async () => requireSame('rows counted', crossed.counted, (await cross(load, new NullSink())).counted),
  });
  const each = (ms: number): number => (ms * 1_000) / records;
  return {
    records,
    batchSize: BATCH_SIZE,
    staying: mapFigure(times.staying, each),
    crossing: mapFigure(times.crossing, each),
    ratio: ratioOf(times.crossing, times.staying),
  };
}

/** @returns how many records were counted */
async function stay(load: readonly Invocation[], sink: Sink): Promise<number> {
  const processor = freshProcessor(origins.topology, inMemory(), sink);
  let counted = 0;
  for (const { partition, event } of load)
    for (const records of batchesOf(event)) counted += (await processBatch(processor, { partition, records })).counted;
  return counted;
}

async function cross(load: readonly Invocation[], sink: Sink): Promise<ExchangeRun> {
  const run = new ExchangeRun(inMemory(), sink, partitionsOf(load));
  const [even, uneven] = secondsOf(load, BATCH_SIZE);
  for (const second of [...even, ...uneven]) {
    for (const invocation of second) await run.send(invocation);
    await run.answer();
  }
  await run.drain();
  return run;
}

/** Every origin and hour as DuckDB has it. */
async function requireOrigins(records: number, load: readonly Invocation[]): Promise<number> {
  const { results, counts } = await expectedOf({ records, shards: SHARDS });
  const sink = new MemorySink();
  const counted = await stay(load, sink);
  const actual = sink.results.map(({ values, logEpochMs: _epoch, ...row }) => ({ ...row, ...values }));
  const expected = results.map(({ minDelayMin: _least, ...row }) => row);
  const idOf = ({ key, windowStartMs }: Readonly<Record<string, unknown>>): string =>
    `${String(key)}/${String(windowStartMs)}`;
  requireEqual(compareRows('results by origin', idOf, { expected, actual }));
  requireSame('records counted', counts.counted, counted);
  return counted;
}
