import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { MemorySink } from '../adapters/memory/sink.ts';
import type { Topology } from '../engine/topology.ts';
import type { Sink } from '../engine/ports.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { SourceRecord } from '../engine/record.ts';
import { compareRows } from '../test/verify/compare.ts';
import { AGGREGATE_COUNTS, topologyWith, type AggregateCount } from './aggregate-sets.ts';
import { expectedRows, inJson } from './aggregates-reference.ts';
import { requireEqual, requireSame } from './equality.ts';
import { freshProcessor } from './processor.ts';
import { readingsOf, SHARD } from './readings.ts';
import { interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';

export interface AggregatesSettings {
  readonly records: number;
  readonly rounds: number;
}

export interface AggregatesCost {
  readonly records: number;
  readonly keys: number;
  /** By how many aggregates there are. */
  readonly sets: ReadonlyArray<{
    readonly aggregates: AggregateCount;
    /** Event to stored commit [µs per record]. */
    readonly microseconds: Figure;
    /** By the time of one aggregate in the same round. */
    readonly ratio: Figure;
  }>;
}

const BATCH_SIZE = 1_000;
const LOAD = { keys: 100, perSecond: 5, order: 'random' } as const;

/** What more aggregates cost: one count, five simple ones, one of each kind. All share their window's pane. */
export async function measureAggregates({ records, rounds }: AggregatesSettings): Promise<AggregatesCost> {
  const load = [...readingsOf(LOAD, 0, records)];
  for (const count of AGGREGATE_COUNTS) await requireRightResults(count, load);
  const times = await interleave(
    rounds,
    Object.fromEntries(
      AGGREGATE_COUNTS.map((count) => [
        count,
        async () => {
          requireSame(
            `records counted by ${count} aggregates`,
            records,
            await run(topologyWith(count), load, new NullSink()),
          );
        },
      ]),
    ) as Record<`${AggregateCount}`, () => Promise<void>>,
  );
  return {
    records,
    keys: LOAD.keys,
    sets: AGGREGATE_COUNTS.map((aggregates) => ({
      aggregates,
      microseconds: mapFigure(times[aggregates], (ms) => (ms * 1_000) / records),
      ratio: ratioOf(times[aggregates], times[1]),
    })),
  };
}

/** Every result that has come out, as plain loops over each window's records have it. */
async function requireRightResults(count: AggregateCount, load: readonly SourceRecord[]): Promise<void> {
  const topology = topologyWith(count);
  const sink = new MemorySink();
  await run(topology, load, sink);
  const actual = sink.results.map(({ key, windowStartMs, values }) => inJson({ key, windowStartMs, ...values }));
  const names = topology.results.columns.map(({ name }) => name);
  const idOf = ({ key, windowStartMs }: Readonly<Record<string, unknown>>): string =>
    `${String(key)}/${String(windowStartMs)}`;
  const fired = new Set(actual.map(idOf));
  const expected = expectedRows(load, topology.results.windowMs as number, names).filter((row) => fired.has(idOf(row)));
  requireEqual(compareRows(`results of ${count} aggregates`, idOf, { expected, actual }));
  requireSame('windows that fired', true, fired.size > LOAD.keys);
}

/** @returns how many records were counted */
async function run(topology: Topology, load: readonly SourceRecord[], sink: Sink): Promise<number> {
  const processor = freshProcessor(topology, { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() }, sink);
  let counted = 0;
  for (let from = 0; from < load.length; from += BATCH_SIZE) {
    const report = await processBatch(processor, { partition: SHARD, records: load.slice(from, from + BATCH_SIZE) });
    counted += report.recordsIn - report.lateRecords - report.deadLetters;
  }
  return counted;
}
