/**
 * Hopping windows without a copy per window: a record goes into one slice, and a window is merged of its slices when it
 * fires. So a record costs as much as in a tumbling window, however many windows it falls into.
 *
 *     slices    |--a--|--b--|--c--|--d--|
 *     windows   [ a      b     c ]
 *                     [ b      c     d ]
 *
 * @see Li et al., "No pane, no gain: efficient evaluation of sliding-window aggregates over data streams", 2005
 */
import type {
  BoundOperator,
  DomainTimer,
  Element,
  Operator,
  OperatorContext,
  TimerClocks,
  Verdict,
} from '../operator.ts';
import type { Entry, Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { isClosed, isFired } from '../time/watermark.ts';
import type { Hops } from './hops.ts';
import { Panes, paneTable, type Pane } from './panes.ts';
import { tumblingStart } from './tumbling-windows.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation } from './windows.ts';

/** How often a window has fired, from the second time on: a window without an entry that had something has fired once. */
interface Firings extends Entry {
  readonly revision: number;
}

export function slicedWindows(hops: Hops, assigner: WindowAssigner, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs, emission } = aggregation;
  const panes = new Panes(aggregation);
  const slices = paneTable(panes, { name: `${id}/slices`, routedBy: 'key', groups: 'number' });
  const firings: TableSpec<Firings> = {
    name: `${id}/firings`,
    routedBy: 'key',
    groups: 'number',
    write: (writer, { revision }) => writer.varint(revision),
    read: (reader) => ({ revision: reader.varint(), hash: 0 }),
  };
  const slicing = new Slicing(hops, allowedLatenessMs, emission.finalOnly);
  return Object.freeze({
    id,
    schema: [
      `${id}: ${assigner.descriptor}`,
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
      `${id} panes: slices`,
      ...panes.schema,
    ],
    tables: [slices(undefined), firings as TableSpec],
    tablesAs: (schema: readonly string[]) => [slices(schema), firings as TableSpec],
    delayMs: emission.finalOnly ? allowedLatenessMs : 0,
    bind: (context: OperatorContext) => new SlicedRun(context, slicing, panes),
    timersOf: ([sliceTable, firingTable]: readonly Table[], { event: { firedMs } }: TimerClocks) => [
      ...[...(sliceTable as Table).groups.keys()].map((startMs) => slicing.timerOf(startMs as number, firedMs)),
      ...[...(firingTable as Table).groups.keys()].map((startMs) => slicing.forget(startMs as number)),
    ],
  });
}

/** The arithmetic of slices: which windows hold one, and what happens to it next. */
export class Slicing {
  readonly allowedLatenessMs: number;
  readonly #hops: Hops;
  readonly #widthMs: number;
  readonly #finalOnly: boolean;

  constructor(hops: Hops, allowedLatenessMs: number, finalOnly: boolean) {
    this.#hops = hops;
    this.#widthMs = greatestCommonDivisor(hops.sizeMs, hops.advanceMs);
    this.allowedLatenessMs = allowedLatenessMs;
    this.#finalOnly = finalOnly;
  }

  sliceOf(eventTimeMs: number): number {
    return tumblingStart(eventTimeMs, this.#widthMs, this.#hops.offsetMs % this.#widthMs);
  }

  /** Start of the last window that holds the slice. */
  lastWindow(sliceMs: number): number {
    return tumblingStart(sliceMs, this.#hops.advanceMs, this.#hops.offsetMs);
  }

  endOf(windowMs: number): number {
    return windowMs + this.#hops.sizeMs;
  }

  /** Every window that holds the slice and has fired, but is open still. */
  firedWindows(sliceMs: number, watermarkMs: number): number[] {
    if (this.#finalOnly) return [];
    const windows: number[] = [];
    for (
      let startMs = this.lastWindow(sliceMs);
      startMs > sliceMs - this.#hops.sizeMs;
      startMs -= this.#hops.advanceMs
    ) {
      const endMs = this.endOf(startMs);
      if (isClosed(endMs, this.allowedLatenessMs, watermarkMs)) break;
      if (isFired(endMs, watermarkMs)) windows.push(startMs);
    }
    return windows.reverse();
  }

  slicesOf(windowMs: number): number[] {
    const slices: number[] = [];
    for (let sliceMs = windowMs; sliceMs < this.endOf(windowMs); sliceMs += this.#widthMs) slices.push(sliceMs);
    return slices;
  }

  /** The next window of the slice that fires; after the last one, the slice goes when that window closes. */
  timerOf(sliceMs: number, watermarkMs: number): DomainTimer {
    const delayMs = this.#finalOnly ? this.allowedLatenessMs : 0;
    const lastEndMs = this.endOf(this.lastWindow(sliceMs));
    if (lastEndMs + delayMs <= watermarkMs) return eventTimer(lastEndMs + this.allowedLatenessMs, sliceMs, 'drop');
    const { sizeMs, advanceMs, offsetMs } = this.#hops;
    // Of the ends that lie after both the slice and the watermark, the first.
    const after = Math.max(sliceMs, watermarkMs - delayMs);
    return eventTimer(
      tumblingStart(after - sizeMs, advanceMs, offsetMs) + advanceMs + sizeMs + delayMs,
      sliceMs,
      'fire',
    );
  }

  windowThatFiresAt(timeMs: number): number {
    return timeMs - (this.#finalOnly ? this.allowedLatenessMs : 0) - this.#hops.sizeMs;
  }

  forget(windowMs: number): DomainTimer {
    return eventTimer(this.endOf(windowMs) + this.allowedLatenessMs, windowMs, 'forget');
  }
}

function eventTimer(timeMs: number, startMs: number, kind: string): DomainTimer {
  return { domain: 'event', timer: { timeMs, startMs, key: '', kind } };
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

class SlicedRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #slicing: Slicing;
  readonly #panes: Panes;
  readonly #slices: TableView<Pane>;
  readonly #firings: TableView<Firings>;
  /** The window that fired last: all its slices have a timer at its end. */
  #firedMs = Number.NaN;

  constructor(context: OperatorContext, slicing: Slicing, panes: Panes) {
    this.#context = context;
    this.#slicing = slicing;
    this.#panes = panes;
    [this.#slices, this.#firings] = context.tables as unknown as [TableView<Pane>, TableView<Firings>];
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const watermarkMs = this.#context.watermarkOf(key);
    const sliceMs = this.#slicing.sliceOf(eventTimeMs);
    if (isClosed(this.#slicing.endOf(this.#slicing.lastWindow(sliceMs)), this.#slicing.allowedLatenessMs, watermarkMs))
      return 'late';
    const inputs = this.#panes.inputsOf(element);
    const fired = this.#slicing
      .firedWindows(sliceMs, watermarkMs)
      .map((windowMs) => ({ windowMs, revision: this.#revisionOf(windowMs, key) + 1 }));
    if (this.#slices.isNew(sliceMs)) this.#schedule(this.#slicing.timerOf(sliceMs, this.#context.watermarkMs));
    this.#slices.put(sliceMs, key, this.#panes.add(this.#slices.get(sliceMs, key) ?? this.#panes.empty, inputs));
    for (const { windowMs, revision } of fired) this.#fireAgain(windowMs, key, revision);
    return 'accepted';
  }

  onTimer({ kind, startMs, timeMs }: Timer): void {
    if (kind === 'forget') this.#firings.drop(startMs);
    else if (kind === 'drop') this.#slices.drop(startMs);
    else {
      const windowMs = this.#slicing.windowThatFiresAt(timeMs);
      if (windowMs !== this.#firedMs) this.#fireAll(windowMs, timeMs);
      this.#firedMs = windowMs;
      this.#schedule(this.#slicing.timerOf(startMs, timeMs));
    }
  }

  /** The slices of a window, merged per key. */
  #fireAll(startMs: number, timeMs: number): void {
    const endMs = this.#slicing.endOf(startMs);
    const parts = new Map<string, Array<readonly unknown[]>>();
    for (const sliceMs of this.#slicing.slicesOf(startMs)) {
      this.#slices.forEach(sliceMs, (key, { accumulators }) => {
        const before = parts.get(key);
        if (before === undefined) parts.set(key, [accumulators]);
        else before.push(accumulators);
      });
    }
    for (const key of [...parts.keys()].sort()) {
      // A key that was ahead before a merge has had this firing already (PL-25).
      if (timeMs <= this.#context.watermarkOf(key)) continue;
      this.#context.attempt({ windowStartMs: startMs, windowEndMs: endMs }, key, () =>
        this.#emit(startMs, key, 1, this.#merged(parts.get(key) ?? [])),
      );
    }
  }

  #fireAgain(startMs: number, key: string, revision: number): void {
    if (revision > 1) {
      if (this.#firings.isNew(startMs)) this.#schedule(this.#slicing.forget(startMs));
      this.#firings.put(startMs, key, { revision, hash: 0 });
    }
    const parts = this.#slicing.slicesOf(startMs).flatMap((sliceMs) => {
      const pane = this.#slices.get(sliceMs, key);
      return pane === undefined ? [] : [pane.accumulators];
    });
    this.#emit(startMs, key, revision, this.#merged(parts));
  }

  /** @throws anything that user code throws */
  #merged(parts: ReadonlyArray<readonly unknown[]>): readonly unknown[] {
    return parts.reduce((a, b) => this.#panes.mergeAccumulators(a, b));
  }

  #emit(startMs: number, key: string, revision: number, accumulators: readonly unknown[]): void {
    this.#context.emit(this.#panes.row(key, { startMs, endMs: this.#slicing.endOf(startMs) }, revision, accumulators));
  }

  /** How many times a window that is past its end has fired for a key. */
  #revisionOf(startMs: number, key: string): number {
    const stored = this.#firings.get(startMs, key);
    if (stored !== undefined) return stored.revision;
    return this.#slicing.slicesOf(startMs).some((sliceMs) => this.#slices.get(sliceMs, key) !== undefined) ? 1 : 0;
  }

  #schedule({ timer }: DomainTimer): void {
    this.#context.schedule('event', timer);
  }
}
