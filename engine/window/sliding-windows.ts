/**
 * Windows that slide with the records, as in Kafka Streams: two records of a key share one when they are at most
 * `timeDifferenceMs` apart. Each record at t makes one window that ends with it, and one that begins just behind it:
 *
 *     [t - d, t]      and, when there is anything in it,      [t + 1, t + 1 + d]
 *
 * Both are shown half-open, as all windows are: [t - d, t + 1) and [t + 1, t + d + 2). Records of one moment share a
 * bucket, and a window is merged of its buckets when it fires.
 *
 * @see KIP-450: Sliding Window Aggregations in the DSL
 */
import { requireMs, requireSetting } from '../errors.ts';
import type {
  BoundOperator,
  DomainTimer,
  Element,
  Operator,
  OperatorContext,
  TimerClocks,
  Verdict,
} from '../operator.ts';
import { numericOrder } from '../state/sorted-keys.ts';
import type { Entry, Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { isClosed, isFired } from '../time/watermark.ts';
import { isPlain } from './emission.ts';
import { Panes, paneTable, type Pane } from './panes.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface SlidingWindows {
  /** How far apart two records of one window may be, above 0. */
  readonly timeDifferenceMs: number;
}

/**
 * @example sliding({ timeDifferenceMs: minutes(5) })
 * @throws INVALID_SETTING
 */
export function sliding({ timeDifferenceMs }: SlidingWindows): Windows {
  requireMs('timeDifferenceMs', timeDifferenceMs, 1, 'pass minutes(5)');
  return Object.freeze({
    kind: 'sliding' as const,
    descriptor: `sliding(timeDifference=${timeDifferenceMs})`,
    sizeMs: timeDifferenceMs,
    results: 'bounded' as const,
    operator: (aggregation: WindowedAggregation) => {
      requireSetting(
        'trigger',
        aggregation.emission,
        isPlain(aggregation.emission),
        'left out for sliding windows',
        'leave it out, or use hopping windows',
      );
      return slidingOperator(timeDifferenceMs, aggregation);
    },
  });
}

interface Firings extends Entry {
  readonly revision: number;
}

/** When the windows around a bucket fire and close. */
export class Sliding {
  readonly differenceMs: number;
  readonly allowedLatenessMs: number;
  readonly delayMs: number;

  constructor(differenceMs: number, { allowedLatenessMs, emission }: WindowedAggregation) {
    this.differenceMs = differenceMs;
    this.allowedLatenessMs = allowedLatenessMs;
    this.delayMs = emission.finalOnly ? allowedLatenessMs : 0;
  }

  endOf(startMs: number): number {
    return startMs + this.differenceMs + 1;
  }

  /** Late: whatever window could hold it has closed. */
  isLate(eventTimeMs: number, watermarkMs: number): boolean {
    return isClosed(this.endOf(eventTimeMs), this.allowedLatenessMs, watermarkMs);
  }

  /** What happens to a bucket next: the window that ends with it fires, then the one behind it, then it goes. */
  timerOf(bucketMs: number, key: string, watermarkMs: number): DomainTimer {
    const leftMs = bucketMs + 1 + this.delayMs;
    if (leftMs > watermarkMs)
      return { domain: 'event', timer: { timeMs: leftMs, startMs: bucketMs, key, kind: 'left' } };
    const rightMs = this.endOf(bucketMs + 1) + this.delayMs;
    if (rightMs > watermarkMs)
      return { domain: 'event', timer: { timeMs: rightMs, startMs: bucketMs, key, kind: 'right' } };
    return {
      domain: 'event',
      timer: { timeMs: this.endOf(bucketMs + 1) + this.allowedLatenessMs, startMs: bucketMs, key, kind: 'drop' },
    };
  }

  /** Start of every window, of these buckets (ascending). */
  windowsOf(buckets: readonly number[]): Set<number> {
    const starts = new Set<number>();
    buckets.forEach((bucketMs, i) => {
      starts.add(bucketMs - this.differenceMs);
      const next = buckets[i + 1];
      if (next !== undefined && next <= bucketMs + 1 + this.differenceMs) starts.add(bucketMs + 1);
    });
    return starts;
  }
}

function slidingOperator(differenceMs: number, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs } = aggregation;
  const panes = new Panes(aggregation);
  const rules = new Sliding(differenceMs, aggregation);
  const buckets = paneTable(panes, { name: `${id}/buckets`, routedBy: 'group', groups: 'text' });
  const firings: TableSpec<Firings> = {
    name: `${id}/firings`,
    routedBy: 'group',
    groups: 'text',
    write: (writer, { revision }) => writer.varint(revision),
    read: (reader) => ({ revision: reader.varint(), hash: 0 }),
  };
  return Object.freeze({
    id,
    schema: [
      `${id}: sliding(timeDifference=${differenceMs})`,
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
      ...panes.schema,
    ],
    tables: [buckets(undefined), firings as TableSpec],
    tablesAs: (schema: readonly string[]) => [buckets(schema), firings as TableSpec],
    delayMs: rules.delayMs,
    bind: (context: OperatorContext) => new SlidingRun(context, rules, panes, aggregation.emission.finalOnly),
    timersOf: ([bucketTable]: readonly Table[], { event: { firedMs } }: TimerClocks) =>
      [...(bucketTable as Table).groups].flatMap(([key, entries]) =>
        [...entries.keys()].map((bucket) => rules.timerOf(Number(bucket), key as string, firedMs)),
      ),
  });
}

class SlidingRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #rules: Sliding;
  readonly #panes: Panes;
  readonly #finalOnly: boolean;
  readonly #buckets: TableView<Pane>;
  readonly #firings: TableView<Firings>;

  constructor(context: OperatorContext, rules: Sliding, panes: Panes, finalOnly: boolean) {
    this.#context = context;
    this.#rules = rules;
    this.#panes = panes;
    this.#finalOnly = finalOnly;
    [this.#buckets, this.#firings] = context.tables as unknown as [TableView<Pane>, TableView<Firings>];
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const watermarkMs = this.#context.watermarkOf(key);
    if (this.#rules.isLate(eventTimeMs, watermarkMs)) return 'late';
    const inputs = this.#panes.inputsOf(element);
    // No window that it changes ends before it.
    const hasFired = !this.#finalOnly && isFired(eventTimeMs + 1, watermarkMs);
    const before = hasFired ? this.#windowsAround(key, eventTimeMs) : undefined;
    const known = this.#buckets.get(key, String(eventTimeMs));
    this.#buckets.put(key, String(eventTimeMs), this.#panes.add(known ?? this.#panes.empty, inputs));
    if (known === undefined) this.#schedule(this.#rules.timerOf(eventTimeMs, key, this.#context.watermarkMs));
    if (before !== undefined) this.#fireChanged(key, eventTimeMs, before, watermarkMs);
    return 'accepted';
  }

  /** Windows that have fired already, and hold the record or exist because of it, fire at once. */
  #fireChanged(key: string, eventTimeMs: number, before: ReadonlySet<number>, watermarkMs: number): void {
    const { differenceMs, allowedLatenessMs } = this.#rules;
    for (const startMs of [...this.#windowsAround(key, eventTimeMs)].sort((a, b) => a - b)) {
      const endMs = this.#rules.endOf(startMs);
      const isChanged = !before.has(startMs) || (startMs <= eventTimeMs && eventTimeMs <= startMs + differenceMs);
      if (!isChanged || !isFired(endMs, watermarkMs) || isClosed(endMs, allowedLatenessMs, watermarkMs)) continue;
      const stored = this.#firings.get(key, String(startMs))?.revision ?? 1;
      const revision = before.has(startMs) ? stored + 1 : 1;
      if (revision > 1) this.#firings.put(key, String(startMs), { revision, hash: 0 });
      this.#fire(key, startMs, revision);
    }
  }

  onTimer({ key, kind, startMs: bucketMs, timeMs }: Timer): void {
    const { differenceMs } = this.#rules;
    const isAhead = timeMs <= this.#context.watermarkOf(key);
    if (kind === 'left' && !isAhead) this.#tryFire(key, bucketMs - differenceMs);
    if (kind === 'right' && !isAhead && this.#isOwnWindow(key, bucketMs + 1)) this.#tryFire(key, bucketMs + 1);
    if (kind === 'drop') this.#drop(key, bucketMs);
    else this.#schedule(this.#rules.timerOf(bucketMs, key, timeMs));
  }

  /** The window behind a bucket exists when it holds anything; when its last moment is a bucket, that one fires it. */
  #isOwnWindow(key: string, startMs: number): boolean {
    const lastMs = startMs + this.#rules.differenceMs;
    if (this.#buckets.get(key, String(lastMs)) !== undefined) return false;
    return this.#bucketsOf(key, startMs, lastMs).length > 0;
  }

  #drop(key: string, bucketMs: number): void {
    this.#buckets.delete(key, String(bucketMs));
    this.#firings.delete(key, String(bucketMs - this.#rules.differenceMs));
    this.#firings.delete(key, String(bucketMs + 1));
  }

  #tryFire(key: string, startMs: number): void {
    this.#context.attempt({ windowStartMs: startMs, windowEndMs: this.#rules.endOf(startMs) }, key, () =>
      this.#fire(key, startMs, 1),
    );
  }

  #fire(key: string, startMs: number, revision: number): void {
    const { differenceMs } = this.#rules;
    const within = this.#bucketsOf(key, startMs, startMs + differenceMs);
    const parts = within.map((bucketMs) => (this.#buckets.get(key, String(bucketMs)) as Pane).accumulators);
    const merged = parts.reduce((a, b) => this.#panes.mergeAccumulators(a, b));
    this.#context.emit(this.#panes.row(key, { startMs, endMs: this.#rules.endOf(startMs) }, revision, merged));
  }

  /** Every window that a record at `eventTimeMs` can change, or bring about. */
  #windowsAround(key: string, eventTimeMs: number): Set<number> {
    const reachMs = this.#rules.differenceMs + 1;
    return this.#rules.windowsOf(this.#bucketsOf(key, eventTimeMs - reachMs, eventTimeMs + reachMs));
  }

  /** Buckets of `[fromMs, toMs]`, ascending. */
  #bucketsOf(key: string, fromMs: number, toMs: number): number[] {
    const buckets: number[] = [];
    this.#buckets.visit(key, numericOrder, (bucket) => buckets.push(Number(bucket)), String(fromMs), String(toMs));
    return buckets;
  }

  #schedule({ timer }: DomainTimer): void {
    this.#context.schedule('event', timer);
  }
}
