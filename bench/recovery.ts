import { isDeepStrictEqual } from 'node:util';
import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import type { LogEntry } from '../engine/partition-log/entry.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import { readHead } from '../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import { encodeSnapshot } from '../engine/partition-log/snapshot-writer.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import { entriesIn, type PartitionState } from '../engine/state/partition-state.ts';
import type { Table } from '../engine/state/table.ts';
import { requireSame } from './equality.ts';
import { freshProcessor, type Stores } from './processor.ts';
import { readings, readingsOf, SHARD } from './readings.ts';
import { figureOf, mapFigure, ratioOf, timed, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';

export interface RecoverySettings {
  readonly keys: number;
  readonly rounds: number;
}

/** How an instance that knows nothing gets a shard's state back. */
export interface Recovery {
  readonly keys: number;
  readonly deltas: number;
  readonly snapshotBytes: number;
  /** Read, checked and ready for the next batch, over stores in memory [ms]. */
  readonly recoveryMs: Figure;
  /** One snapshot of all of it [ms]. */
  readonly snapshotMs: Figure;
  /** recoveryMs by what JSON.parse takes to get the same panes into maps, of the same round. */
  readonly recoveryRatio: Figure;
  /** snapshotMs by what JSON.stringify takes for the same panes, of the same round. */
  readonly snapshotRatio: Figure;
  /** What the state takes in memory; undefined where garbage cannot be collected on demand [bytes]. */
  readonly heapBytesPerKey: Figure | undefined;
}

const LARGE_BATCH = 100_000;
const BATCH = 1_000;
const MOST_DELTAS = RING_SLOTS / 2;
/** Less than a window is long. */
const WITHIN_S = 200;

/** Snapshot and as many deltas as there can be, into a fresh instance. */
export async function measureRecovery({ keys, rounds }: RecoverySettings): Promise<Recovery> {
  const stores: Stores = { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() };
  const { state, head } = await build(keys, stores);
  const recovery: number[] = [];
  const snapshot: number[] = [];
  const bareParse: number[] = [];
  const bareStringify: number[] = [];
  const heaps: Array<number | undefined> = [];
  for (let round = 0; round < rounds; round++) {
    const { ms, heapBytes } = await recoverOnce(stores, state, round === 0);
    recovery.push(ms);
    heaps.push(heapBytes);
    snapshot.push(
      await timed(() => encodeSnapshot({ logId: 'bench', version: 1, commitId: 'bench' }, state, readings.topology)),
    );
    const bare = await throughJson(state);
    bareStringify.push(bare.stringifyMs);
    bareParse.push(bare.parseMs);
  }
  const measured = heaps.filter((bytes) => bytes !== undefined);
  return {
    keys,
    deltas: head.version - head.snapshotVersion,
    snapshotBytes: (await stores.blobs.get(head.snapshotKey))?.length ?? 0,
    recoveryMs: figureOf(recovery),
    snapshotMs: figureOf(snapshot),
    recoveryRatio: ratioOf(recovery, bareParse),
    snapshotRatio: ratioOf(snapshot, bareStringify),
    heapBytesPerKey: measured.length === 0 ? undefined : mapFigure(measured, (bytes) => bytes / keys),
  };
}

/** A function of its own, so that nothing of it is held when the next one looks at the heap. */
async function recoverOnce(
  stores: Stores,
  expected: PartitionState,
  comparesPanes: boolean,
): Promise<{ ms: number; heapBytes: number | undefined }> {
  const before = heapUsed();
  const processor = freshProcessor(readings.topology, stores, new NullSink());
  const ms = await timed(() => stateOf(processor));
  const after = heapUsed();
  requireSameState(expected, await stateOf(processor), comparesPanes);
  return { ms, heapBytes: before === undefined || after === undefined ? undefined : after - before };
}

/** Every key twice, all in one window, then small batches until the next one would take a snapshot. */
async function build(keys: number, stores: Stores): Promise<{ state: PartitionState; head: LogEntry }> {
  const processor = freshProcessor(readings.topology, stores, new NullSink());
  const perSecond = (2 * keys + 3 * RING_SLOTS * BATCH) / WITHIN_S;
  let next = 0;
  const feed = async (length: number, order: 'in turn' | 'random'): Promise<LogEntry> => {
    await processBatch(processor, {
      partition: SHARD,
      records: [...readingsOf({ keys, perSecond, order }, next, length)],
    });
    next += length;
    const head = await readHead(stores.logs, SYSTEM_CLOCK, logIdOf(SHARD), RING_SLOTS);
    if (head === undefined) throw new Error('the log must have an entry, got none');
    return head;
  };
  while (next < 2 * keys) await feed(Math.min(LARGE_BATCH, 2 * keys - next), 'in turn');
  let head = await feed(BATCH, 'random');
  const filled = head.version;
  while (head.snapshotVersion < filled || head.version - head.snapshotVersion < MOST_DELTAS)
    head = await feed(BATCH, 'random');
  const state = await stateOf(processor);
  requireSame('keys in memory', keys, entriesIn(state));
  return { state, head };
}

function stateOf({ logs }: Processor): Promise<PartitionState> {
  return logs.use(SHARD, async ({ state }) => state);
}

function requireSameState(expected: PartitionState, actual: PartitionState, comparesPanes: boolean): void {
  requireSame('open keys', entriesIn(expected), entriesIn(actual));
  requireSame('hash of the state', expected.stateHash, actual.stateHash);
  requireSame('offset', expected.reached, actual.reached);
  requireSame('watermark', expected.watermarkMs, actual.watermarkMs);
  requireSame('counters', JSON.stringify(expected.counters), JSON.stringify(actual.counters));
  if (!comparesPanes) return;
  for (const [startMs, group] of panesOf(expected)) {
    const recovered = panesOf(actual).get(startMs);
    for (const [key, pane] of group) {
      if (!isDeepStrictEqual(pane, recovered?.get(key)))
        throw new Error(`pane ${startMs}/${key} must be recovered as it was, got another`);
    }
  }
}

function panesOf({ tables }: PartitionState): Table['groups'] {
  return (tables[0] as Table).groups;
}

/** What plain JSON takes for the same panes; a function of its own for the same reason. */
async function throughJson(state: PartitionState): Promise<{ stringifyMs: number; parseMs: number }> {
  let text = '';
  const stringifyMs = await timed(() => {
    text = JSON.stringify([...panesOf(state)].map(([startMs, group]) => [startMs, [...group]]));
  });
  let panes = new Map<number, Map<string, unknown>>();
  const parseMs = await timed(() => {
    const parsed = JSON.parse(text) as Array<[number, Array<[string, unknown]>]>;
    panes = new Map(parsed.map(([startMs, group]) => [startMs, new Map(group)]));
  });
  requireSame(
    'panes through JSON',
    entriesIn(state),
    [...panes.values()].reduce((sum, { size }) => sum + size, 0),
  );
  return { stringifyMs, parseMs };
}

/** After collecting garbage, which needs `node --expose-gc`. */
function heapUsed(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
