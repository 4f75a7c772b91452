/**
 * An interval join at work. Each row looks for partners among those of the other side that wait, and then waits itself until
 * the last partner that it can have would be late:
 *
 *     left row ──► right rows of [t + lower, t + upper] ──► pairs, at once
 *        └──► waits ──► watermark past t + upper + lateness: leaves; alone, if it had no partner and its side is kept
 */
import { dataError } from '../decode.ts';
import type { BoundOperator, DomainTimer, Element, Operator, OperatorContext, Verdict } from '../operator.ts';
import { textOrder } from '../state/sorted-keys.ts';
import type { Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { jsonOf } from '../process/stored.ts';
import {
  comesOutAlone,
  isLateForJoin,
  isOnceOnly,
  joinDelayMs,
  leavesAtMs,
  partnerTimes,
  timesOf,
  type JoinBounds,
} from './interval.ts';
import { isNullKey } from './join-key.ts';
import { otherSide, type Side } from './side.ts';
import { placeOf, placesBetween, timeOfPlace, waitingTable, type WaitingRow } from './waiting-rows.ts';

/** What a join is, apart from what its rows are called. */
export interface IntervalJoin extends JoinBounds {
  /** Fields of a row of either side that make its key. */
  readonly keyFields: Readonly<Record<Side, readonly string[]>>;
  /** Names of the sources of either side. */
  readonly sources: Readonly<Record<Side, readonly string[]>>;
  /** Rows of one key and side that may wait at a time, at least 1. */
  readonly maxRowsPerKey: number;
  /** Whether two rows within the bounds are a pair; undefined: they are. */
  readonly where: ((left: never, right: never) => boolean) | undefined;
  /** Names of the values of a result. */
  readonly results: readonly string[];
  readonly select: (left: never, right: never) => Readonly<Record<string, unknown>>;
}

const SIDES: readonly Side[] = ['left', 'right'];

export function joinOperator(id: string, join: IntervalJoin): Operator {
  const { kind, lowerMs, upperMs, allowedLatenessMs, keyFields, sources } = join;
  const tables = SIDES.map((side) => waitingTable(id, side) as TableSpec);
  return Object.freeze({
    id,
    schema: [
      `${id}: join(kind=${kind}, lowerMs=${lowerMs}, upperMs=${upperMs})`,
      ...SIDES.map((side) => `${id} ${side}: ${sources[side].join(', ')} by ${keyFields[side].join(', ')}`),
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
    ],
    tables,
    tablesAs: () => tables,
    delayMs: joinDelayMs(join),
    bind: (context: OperatorContext) => new JoinRun(context, id, join),
    timersOf: (waiting: readonly Table[]) =>
      waiting.flatMap((table, i) =>
        [...table.groups].flatMap(([key, rows]) =>
          [...rows.keys()].map((place): DomainTimer => ({
            domain: 'event',
            timer: leaving(join, SIDES[i] as Side, key as string, place),
          })),
        ),
      ),
  });
}

/** When a row that waits leaves. */
function leaving(join: IntervalJoin, side: Side, key: string, place: string): Timer {
  return { timeMs: leavesAtMs(join, side, timeOfPlace(place)), startMs: 0, key, kind: `${side}:${place}` };
}

/** A row that waits, and where. */
interface Found {
  readonly place: string;
  readonly row: WaitingRow;
}

/** What two rows have come to. */
interface Pair {
  readonly key: string;
  readonly times: Readonly<Record<Side, number>>;
  readonly values: Readonly<Record<Side, unknown>>;
}

class JoinRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #id: string;
  readonly #join: IntervalJoin;
  readonly #tables: Readonly<Record<Side, TableView<WaitingRow>>>;

  constructor(context: OperatorContext, id: string, join: IntervalJoin) {
    this.#context = context;
    this.#id = id;
    this.#join = join;
    const [left, right] = context.tables as ReadonlyArray<TableView<WaitingRow>>;
    this.#tables = { left: left as TableView<WaitingRow>, right: right as TableView<WaitingRow> };
  }

  process({ key, value, eventTimeMs, side = 'left' }: Element): Verdict {
    const { kind, keyFields } = this.#join;
    if (isLateForJoin(this.#join, eventTimeMs, this.#context.lateFrom(key))) return 'late';
    const json = jsonOf(`of ${this.#id}`, value);
    const hasKey = !isNullKey(keyFields[side], value);
    const hasPartner = hasKey && this.#pairWithWaiting(side, key, eventTimeMs, value);
    if (hasPartner && side === 'left' && isOnceOnly(kind)) return 'accepted';
    const mayHavePartner = hasKey && leavesAtMs(this.#join, side, eventTimeMs) > this.#context.watermarkOf(key);
    if (mayHavePartner) this.#wait(side, key, eventTimeMs, { json, isMatched: hasPartner, hash: 0 });
    else if (!hasPartner) this.#leaveAlone(side, key, eventTimeMs, value);
    return 'accepted';
  }

  onTimer({ key, kind }: Timer): void {
    const side: Side = kind.startsWith('left') ? 'left' : 'right';
    const place = kind.slice(side.length + 1);
    const row = this.#tables[side].get(key, place);
    // Of one that came out with its first partner.
    if (row === undefined) return;
    this.#tables[side].delete(key, place);
    if (!row.isMatched) this.#leaveAlone(side, key, timeOfPlace(place), JSON.parse(row.json));
  }

  /** @returns whether it has a partner */
  #pairWithWaiting(side: Side, key: string, timeMs: number, value: unknown): boolean {
    const { kind } = this.#join;
    const isOnce = isOnceOnly(kind);
    const other = otherSide(side);
    let hasPartner = false;
    for (const found of this.#partners(other, key, partnerTimes(this.#join, side, timeMs))) {
      const times = timesOf(side, timeMs, timeOfPlace(found.place));
      const partner: unknown = JSON.parse(found.row.json);
      const values = side === 'left' ? { left: value, right: partner } : { left: partner, right: value };
      if (!this.#isPair({ key, times, values })) continue;
      hasPartner = true;
      if (isOnce && side === 'left') break;
      if (isOnce) this.#tables[other].delete(key, found.place);
      else if (!found.row.isMatched && comesOutAlone(kind, other))
        this.#tables[other].put(key, found.place, { ...found.row, isMatched: true, hash: 0 });
    }
    return hasPartner;
  }

  /** In the order of their times. */
  #partners(side: Side, key: string, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Found[] {
    const found: Found[] = [];
    const places = placesBetween(fromMs, toMs);
    if (places !== undefined)
      this.#tables[side].visit(key, textOrder, (place, row) => found.push({ place, row }), ...places);
    return found;
  }

  /**
   * Whether two rows are a pair; what they say together comes out. Where code of the pipeline fails no row is to blame, for
   * either of the two may be the second one: a dead letter has both, and both stay.
   */
  #isPair({ key, times, values }: Pair): boolean {
    const { kind, where, select } = this.#join;
    let isPair = false;
    this.#context.attempt({ ...values }, key, () => {
      isPair = where === undefined || where(values.left as never, values.right as never);
      if (!isPair || kind === 'anti') return;
      if (kind === 'semi') this.#emit(key, times.left, select(values.left as never, null as never));
      else this.#emit(key, Math.max(times.left, times.right), select(values.left as never, values.right as never));
    });
    return isPair;
  }

  #leaveAlone(side: Side, key: string, timeMs: number, value: unknown): void {
    const { kind, select } = this.#join;
    if (!comesOutAlone(kind, side)) return;
    const [left, right] = side === 'left' ? [value, null] : [null, value];
    this.#context.attempt({ left, right }, key, () => this.#emit(key, timeMs, select(left as never, right as never)));
  }

  #wait(side: Side, key: string, timeMs: number, row: WaitingRow): void {
    const { maxRowsPerKey } = this.#join;
    const table = this.#tables[side];
    if (table.sizeOf(key) >= maxRowsPerKey)
      throw dataError(
        'JOIN_TOO_LARGE',
        `rows of one key that wait on the ${side} of a join must be at most ${maxRowsPerKey}, got one more; set closer bounds, or maxRowsPerKey`,
      );
    const place = placeOf(timeMs, this.#context.nextSequence());
    table.put(key, place, row);
    this.#context.schedule('event', leaving(this.#join, side, key, place));
  }

  #emit(key: string, timeMs: number, given: Readonly<Record<string, unknown>>): void {
    const values = Object.fromEntries(this.#join.results.map((name) => [name, given[name]]));
    this.#context.emit({
      key,
      windowStartMs: timeMs,
      windowEndMs: timeMs + 1,
      revision: 1,
      sequence: this.#context.nextSequence(),
      values,
    });
  }
}
