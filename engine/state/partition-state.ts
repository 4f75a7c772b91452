import type { Aggregate } from '../aggregate/aggregate.ts';
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { NO_COUNTERS, type Counters, type Floor } from '../partition-log/entry.ts';
import { BEFORE_FIRST, type Offset } from '../record.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { push, type Heap } from './heap.ts';
import { EMPTY_HASH } from './hash.ts';

/** State of one key in one window. */
export interface Pane {
  /** One accumulator per aggregate, in the order of the topology. */
  accumulators: unknown[];
  /** How many times it has fired (PL-17). */
  revision: number;
  /** The share of this pane in the state's hash. */
  hash: number;
}

/** All panes of one window, by key. */
export type PaneGroup = Map<string, Pane>;

/** Something that happens to all panes of the window when the watermark reaches `timeMs`. */
export interface WindowTimer {
  readonly timeMs: number;
  readonly startMs: number;
  readonly kind: 'fire' | 'close';
}

export function timerBefore(a: WindowTimer, b: WindowTimer): boolean {
  return a.timeMs !== b.timeMs ? a.timeMs < b.timeMs : a.startMs < b.startMs;
}

/** All that is known of a partition up to `reached`. Changed by `applyChange` alone, after the commit (PL-6). */
export interface PartitionState {
  reached: Offset;
  watermarkMs: number;
  counters: Counters;
  lastArrivalMs: number;
  floors: readonly Floor[];
  stateHash: number;
  readonly groups: Map<number, PaneGroup>;
  timers: Heap<WindowTimer> | undefined;
}

export function emptyState(): PartitionState {
  return {
    reached: BEFORE_FIRST,
    watermarkMs: NO_WATERMARK,
    counters: NO_COUNTERS,
    lastArrivalMs: NO_WATERMARK,
    floors: [],
    stateHash: EMPTY_HASH,
    groups: new Map(),
    timers: undefined,
  };
}

/** The next timer of a window: it fires at its end, and closes when the allowed lateness has passed. */
export function timerOf(startMs: number, endMs: number, allowedLatenessMs: number, watermarkMs: number): WindowTimer {
  return endMs <= watermarkMs
    ? { timeMs: endMs + allowedLatenessMs, startMs, kind: 'close' }
    : { timeMs: endMs, startMs, kind: 'fire' };
}

/** Timers follow from the windows that are open, so they are not stored: this makes them anew after loading. */
export function rebuildTimers(
  state: PartitionState,
  endOf: (startMs: number) => number,
  allowedLatenessMs: number,
): Heap<WindowTimer> | undefined {
  let timers: Heap<WindowTimer> | undefined;
  for (const startMs of state.groups.keys()) {
    timers = push(timers, timerOf(startMs, endOf(startMs), allowedLatenessMs, state.watermarkMs), timerBefore);
  }
  return timers;
}

export function openPanes(state: PartitionState): number {
  let panes = 0;
  for (const group of state.groups.values()) panes += group.size;
  return panes;
}

export function writePane(writer: ByteWriter, pane: Pane, aggregates: readonly Aggregate<never>[]): void {
  writer.varint(pane.revision);
  for (let i = 0; i < aggregates.length; i++) (aggregates[i] as Aggregate<never>).aggregator.write(writer, pane.accumulators[i]);
}

export function readPane(reader: ByteReader, aggregates: readonly Aggregate<never>[]): Pane {
  const revision = reader.varint();
  return { revision, accumulators: aggregates.map(({ aggregator }) => aggregator.read(reader)), hash: 0 };
}
