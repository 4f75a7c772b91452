import type { Decoded } from '../decode.ts';
import type { Topology } from '../dsl/topology.ts';
import { resultValue, type ResultRow } from '../outputs.ts';
import { pop, push, type Heap } from '../state/heap.ts';
import { timerBefore, timerOf, type Pane, type PaneGroup, type PartitionState, type WindowTimer } from '../state/partition-state.ts';
import { watermarkOf } from '../time/floors.ts';
import { isClosed, isFired, NO_WATERMARK } from '../time/watermark.ts';

/** The windows of one step: reads the state, writes into its own copies of the panes that it touches (PL-6). */
export class WindowStep<V> {
  readonly results: ResultRow[] = [];
  readonly panes = new Map<number, PaneGroup>();
  readonly closed: number[] = [];
  timers: Heap<WindowTimer> | undefined;
  readonly #topology: Topology<V>;
  readonly #state: PartitionState;

  constructor(topology: Topology<V>, state: PartitionState) {
    this.#topology = topology;
    this.#state = state;
    this.timers = state.timers;
  }

  /**
   * Adds a record to each of its windows that is still open; one that has fired already fires again at once.
   *
   * @returns false when all of its windows are closed: the record is late
   * @throws anything that user code throws, before any pane has changed
   */
  add(record: Decoded<V>, partitionWatermarkMs: number): boolean {
    const { key, value, eventTimeMs } = record;
    const { window, allowedLatenessMs, aggregates } = this.#topology;
    const watermarkMs = watermarkOf(key, partitionWatermarkMs, this.#state.floors);
    const open = window.windowStarts(eventTimeMs).filter((startMs) => !isClosed(window.endOf(startMs), allowedLatenessMs, watermarkMs));
    if (open.length === 0) return false;
    // All that may throw comes first: inputs, then sums. Only then does a pane change.
    const inputs: unknown[] = [];
    for (const { aggregate } of aggregates) inputs.push(aggregate.extract(value, record));
    const next: unknown[][] = [];
    for (const startMs of open) next.push(this.#accumulate(this.#find(startMs, key), inputs));
    for (let i = 0; i < open.length; i++) {
      const startMs = open[i] as number;
      const pane = this.#own(startMs, key, partitionWatermarkMs);
      pane.accumulators = next[i] as unknown[];
      if (isFired(window.endOf(startMs), watermarkMs)) this.#fire(startMs, key, pane);
    }
    return true;
  }

  #accumulate(before: Pane | undefined, inputs: readonly unknown[]): unknown[] {
    const { aggregates } = this.#topology;
    const accumulators: unknown[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const { aggregator } = (aggregates[i] as (typeof aggregates)[number]).aggregate;
      accumulators.push(aggregator.add(before === undefined ? aggregator.init() : before.accumulators[i], inputs[i]));
    }
    return accumulators;
  }

  /** Fires and closes whatever the watermark has reached, in the order of time, then window, then key. */
  advance(watermarkMs: number): void {
    while (this.timers !== undefined && this.timers.top.timeMs <= watermarkMs) {
      const { startMs, kind } = this.timers.top;
      this.timers = pop(this.timers, timerBefore);
      if (kind === 'fire') this.#fireAll(startMs, watermarkMs);
      else this.#close(startMs);
    }
  }

  #fireAll(startMs: number, watermarkMs: number): void {
    const keys = new Set([...(this.#state.groups.get(startMs)?.keys() ?? []), ...(this.panes.get(startMs)?.keys() ?? [])]);
    const endMs = this.#topology.window.endOf(startMs);
    for (const key of [...keys].sort()) {
      // A key that was ahead before a merge has had this firing already (PL-25).
      const firedBefore = isFired(endMs, watermarkOf(key, NO_WATERMARK, this.#state.floors));
      if (!firedBefore) this.#fire(startMs, key, this.#own(startMs, key, watermarkMs));
    }
    this.#schedule(startMs, watermarkMs);
  }

  #fire(startMs: number, key: string, pane: Pane): void {
    pane.revision++;
    const values: Record<string, unknown> = {};
    this.#topology.aggregates.forEach(({ name, aggregate }, i) => {
      values[name] = resultValue(aggregate.aggregator.result(pane.accumulators[i]));
    });
    this.results.push({ key, windowStartMs: startMs, windowEndMs: this.#topology.window.endOf(startMs), revision: pane.revision, values });
  }

  #close(startMs: number): void {
    this.panes.delete(startMs);
    if (this.#state.groups.has(startMs)) this.closed.push(startMs);
  }

  #schedule(startMs: number, watermarkMs: number): void {
    const timer = timerOf(startMs, this.#topology.window.endOf(startMs), this.#topology.allowedLatenessMs, watermarkMs);
    this.timers = push(this.timers, timer, timerBefore);
  }

  #find(startMs: number, key: string): Pane | undefined {
    return this.panes.get(startMs)?.get(key) ?? this.#state.groups.get(startMs)?.get(key);
  }

  /** This step's own copy of a pane, made at the first touch. */
  #own(startMs: number, key: string, watermarkMs: number): Pane {
    let group = this.panes.get(startMs);
    if (group === undefined) {
      group = new Map();
      this.panes.set(startMs, group);
      if (!this.#state.groups.has(startMs)) this.#schedule(startMs, watermarkMs);
    }
    const owned = group.get(key);
    if (owned !== undefined) return owned;
    const before = this.#state.groups.get(startMs)?.get(key);
    const accumulators = before?.accumulators ?? this.#topology.aggregates.map(({ aggregate }) => aggregate.aggregator.init());
    const pane: Pane = { accumulators, revision: before?.revision ?? 0, hash: 0 };
    group.set(key, pane);
    return pane;
  }
}
