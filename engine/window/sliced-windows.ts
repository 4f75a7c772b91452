/**
 * Hopping windows without a copy per window: a record goes into one slice, and a window is merged of its slices when it
 * fires. So a record costs as much as in a tumbling window, however many windows it falls into.
 *
 *     slices    |--a--|--b--|--c--|--d--|
 *     windows   [ a      b     c ]
 *                     [ b      c     d ]
 *
 * Behind an exchange a row may be late for the first windows of its slice that the receiver has open still. It goes beside
 * the slice then, under the first window that may count it: those before leave it out (PL-44).
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
import { isClosed } from '../time/watermark.ts';
import type { Hops } from './hops.ts';
import { Panes, paneTable, type Pane } from './panes.ts';
import { PartSlices, partSlice } from './part-slices.ts';
import { Slicing } from './slicing.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation } from './windows.ts';

/** How often a window has fired, from the second time on: a window without an entry that had something has fired once. */
interface Firings extends Entry {
  readonly revision: number;
}

export function slicedWindows(hops: Hops, assigner: WindowAssigner, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs, emission, isBehindExchange = false } = aggregation;
  const panes = new Panes(aggregation);
  const slices = paneTable(panes, { name: `${id}/slices`, routedBy: 'key', groups: 'number' });
  const firings: TableSpec<Firings> = {
    name: `${id}/firings`,
    routedBy: 'key',
    groups: 'number',
    write: (writer, { revision }) => writer.varint(revision),
    read: (reader) => ({ revision: reader.varint(), hash: 0 }),
  };
  const parts = paneTable(panes, { name: `${id}/part slices`, routedBy: 'key', groups: 'text' });
  const tablesAs = (schema: readonly string[] | undefined) => [
    slices(schema),
    firings as TableSpec,
    ...(isBehindExchange ? [parts(schema)] : []),
  ];
  const slicing = new Slicing(hops, allowedLatenessMs, emission.finalOnly);
  return Object.freeze({
    id,
    schema: [
      `${id}: ${assigner.descriptor}`,
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
      `${id} panes: slices`,
      ...panes.schema,
    ],
    tables: tablesAs(undefined),
    tablesAs,
    delayMs: emission.finalOnly ? allowedLatenessMs : 0,
    bind: (context: OperatorContext) => new SlicedRun(context, slicing, panes),
    timersOf: ([sliceTable, firingTable, partTable]: readonly Table[], { event: { firedMs } }: TimerClocks) => [
      ...[...slicesIn(sliceTable as Table, partTable)].map((startMs) => slicing.timerOf(startMs, firedMs)),
      ...[...(firingTable as Table).groups.keys()].map((startMs) => slicing.forget(startMs as number)),
    ],
  });
}

/** Slices with an entry of their own, or one beside them. */
function slicesIn(slices: Table, parts: Table | undefined): Set<number> {
  const beside = [...(parts?.groups.keys() ?? [])].map((group) => partSlice(group as string).sliceMs);
  return new Set([...(slices.groups.keys() as Iterable<number>), ...beside]);
}

class SlicedRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #slicing: Slicing;
  readonly #panes: Panes;
  readonly #slices: TableView<Pane>;
  readonly #firings: TableView<Firings>;
  readonly #parts: PartSlices;
  /** The window that fired last: all its slices have a timer at its end. */
  #firedMs = Number.NaN;

  constructor(context: OperatorContext, slicing: Slicing, panes: Panes) {
    this.#context = context;
    this.#slicing = slicing;
    this.#panes = panes;
    const [slices, firings, parts] = context.tables as unknown as [
      TableView<Pane>,
      TableView<Firings>,
      TableView<Pane>?,
    ];
    this.#slices = slices;
    this.#firings = firings;
    this.#parts = new PartSlices(parts);
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const watermarkMs = this.#context.watermarkOf(key);
    const lateFromMs = this.#context.lateFrom(key);
    const sliceMs = this.#slicing.sliceOf(eventTimeMs);
    if (isClosed(this.#slicing.endOf(this.#slicing.lastWindow(sliceMs)), this.#slicing.allowedLatenessMs, lateFromMs))
      return 'late';
    const inputs = this.#panes.inputsOf(element);
    const fired = this.#slicing
      .firedWindows(sliceMs, watermarkMs, lateFromMs)
      .map((windowMs) => ({ windowMs, revision: this.#revisionOf(windowMs, key) + 1 }));
    if (this.#slices.isNew(sliceMs) && !this.#parts.has(sliceMs))
      this.#schedule(this.#slicing.timerOf(sliceMs, this.#context.watermarkMs));
    const firstMs = this.#slicing.firstOpen(sliceMs, lateFromMs);
    // Windows that are closed here fire no more: they need not be kept from it.
    if (lateFromMs === watermarkMs || firstMs === this.#slicing.firstOpen(sliceMs, watermarkMs)) {
      this.#slices.put(sliceMs, key, this.#panes.add(this.#slices.get(sliceMs, key) ?? this.#panes.empty, inputs));
    } else {
      const part = { sliceMs, firstMs };
      this.#parts.put(part, key, this.#panes.add(this.#parts.get(part, key) ?? this.#panes.empty, inputs));
    }
    for (const { windowMs, revision } of fired) this.#fireAgain(windowMs, key, revision);
    return 'accepted';
  }

  onTimer({ kind, startMs, timeMs }: Timer): void {
    if (kind === 'forget') this.#firings.drop(startMs);
    else if (kind === 'drop') {
      this.#slices.drop(startMs);
      this.#parts.drop(startMs);
    } else {
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
    const add = (key: string, { accumulators }: Pane): void => {
      const before = parts.get(key);
      if (before === undefined) parts.set(key, [accumulators]);
      else before.push(accumulators);
    };
    for (const sliceMs of this.#slicing.slicesOf(startMs)) this.#slices.forEach(sliceMs, add);
    for (const part of this.#parts.inWindow(startMs, endMs)) this.#parts.forEach(part, add);
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
    const parts = this.#panesOf(startMs, key).map(({ accumulators }) => accumulators);
    this.#emit(startMs, key, revision, this.#merged(parts));
  }

  /** What a window counts of a key. */
  #panesOf(startMs: number, key: string): Pane[] {
    const whole = this.#slicing.slicesOf(startMs).map((sliceMs) => this.#slices.get(sliceMs, key));
    const beside = this.#parts
      .inWindow(startMs, this.#slicing.endOf(startMs))
      .map((part) => this.#parts.get(part, key));
    return [...whole, ...beside].filter((pane) => pane !== undefined);
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
    return this.#panesOf(startMs, key).length > 0 ? 1 : 0;
  }

  #schedule({ timer }: DomainTimer): void {
    this.#context.schedule('event', timer);
  }
}
