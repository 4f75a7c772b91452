import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { MemorySink } from '../adapters/memory/sink.ts';
import type { Topology } from '../engine/topology.ts';
import type { Sink } from '../engine/ports.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { SourceRecord } from '../engine/record.ts';
import { compareRows, type Row } from '../test/verify/compare.ts';
import { requireEqual, requireSame } from './equality.ts';
import { freshProcessor } from './processor.ts';
import { readingsOf, SHARD } from './readings.ts';
import { interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';
import { WINDOW_KINDS, type WindowKind } from './window-kinds.ts';
import { expectedSums, type Reading } from './windows-reference.ts';

export interface WindowsSettings {
  readonly records: number;
  readonly rounds: number;
}

export interface WindowsCost {
  readonly records: number;
  readonly keys: number;
  readonly perSecond: number;
  readonly kinds: ReadonlyArray<{
    readonly kind: WindowKind;
    /** Event to stored commit [µs per record]. */
    readonly microseconds: Figure;
    /** By the time of tumbling windows in the same round. */
    readonly ratio: Figure;
    /** Results for each record: each has to be computed, committed and delivered. */
    readonly resultsPerRecord: number;
  }>;
}

const BATCH_SIZE = 1_000;
/** Ten readings of each device in a second. */
const LOAD = { keys: 20, perSecond: 200, order: 'random' } as const;
const NAMES = Object.keys(WINDOW_KINDS) as WindowKind[];

/** What a record costs in windows of each kind, over the same readings. */
export async function measureWindows({ records, rounds }: WindowsSettings): Promise<WindowsCost> {
  const load = [...readingsOf(LOAD, 0, records)];
  const results = new Map<WindowKind, number>();
  for (const kind of NAMES) results.set(kind, await requireRightResults(kind, load));
  const times = await interleave(
    rounds,
    Object.fromEntries(
      NAMES.map((kind) => [
        kind,
        async () => {
          requireSame(`records counted in ${kind}`, records, await run(WINDOW_KINDS[kind], load, new NullSink()));
        },
      ]),
    ) as Record<WindowKind, () => Promise<void>>,
  );
  return {
    records,
    keys: LOAD.keys,
    perSecond: LOAD.perSecond,
    kinds: NAMES.map((kind) => ({
      kind,
      microseconds: mapFigure(times[kind], (ms) => (ms * 1_000) / records),
      ratio: ratioOf(times[kind], times['tumbling 60 s']),
      resultsPerRecord: (results.get(kind) ?? 0) / records,
    })),
  };
}

/** Every window as it is when all records are taken together. @returns how many there are */
async function requireRightResults(kind: WindowKind, load: readonly SourceRecord[]): Promise<number> {
  const sink = new MemorySink();
  await run(WINDOW_KINDS[kind], [...load, endOf(load)], sink);
  const actual = sink.results
    .filter(({ key }) => key !== END)
    .map(({ key, values }) => ({ key, readings: values['readings'], total: values['total'] }));
  const readings = load.map(({ data }) => JSON.parse(Buffer.from(data).toString('utf8')) as Reading);
  requireEqual(
    compareRows(`windows: ${kind}`, ({ id }) => String(id), {
      expected: numbered(expectedSums(kind, readings)),
      actual: numbered(actual),
    }),
  );
  return actual.length;
}

const END = 'the end';
const END_MS = 7_200_000;

/** Long after the others: everything before it fires. */
function endOf(load: readonly SourceRecord[]): SourceRecord {
  const { offset, arrivalTimeMs } = load.at(-1) as SourceRecord;
  const timeMs = arrivalTimeMs + END_MS;
  return {
    offset: offset + 1n,
    subSequence: 0,
    partitionKey: END,
    arrivalTimeMs: timeMs,
    data: Buffer.from(JSON.stringify({ device: END, timeMs, value: 0 })),
  };
}

/** Windows of a device may well say the same. */
function numbered(rows: readonly Row[]): Row[] {
  const times = new Map<string, number>();
  return rows.map((row) => {
    const text = `${String(row['key'])}: ${String(row['readings'])}, ${String(row['total'])}`;
    const time = (times.get(text) ?? 0) + 1;
    times.set(text, time);
    return { id: `${text} for the ${time}. time` };
  });
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
