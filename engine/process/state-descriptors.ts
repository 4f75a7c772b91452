/**
 * What a process function remembers. Values are kept as JSON: whatever JSON can hold may be stored, and what was read is a
 * copy.
 */
import { requireMs, requireSetting } from '../errors.ts';

export interface StateSettings {
  /** Forgotten when the watermark has passed the event time at which it was written by so much, above 0. @default never */
  readonly ttlMs?: number;
}

interface Described<T> {
  readonly ttlMs: number | undefined;
  /** For types only, never set. */
  readonly type?: T;
}

export interface ValueDescriptor<T> extends Described<T> {
  readonly kind: 'value';
}

export interface ListDescriptor<T> extends Described<T> {
  readonly kind: 'list';
}

export interface MapDescriptor<T> extends Described<T> {
  readonly kind: 'map';
}

/** State of the partition, the same for all of its keys. */
export interface PartitionDescriptor<T> extends Described<T> {
  readonly kind: 'partition';
  readonly initial: T;
  merge(this: void, a: T, b: T): T;
}

export type StateDescriptor =
  ValueDescriptor<unknown> | ListDescriptor<unknown> | MapDescriptor<unknown> | PartitionDescriptor<unknown>;

/** One value per key. @example value<number>({ ttlMs: hours(1) }) */
export function value<T>(settings: StateSettings = {}): ValueDescriptor<T> {
  return Object.freeze({ kind: 'value' as const, ttlMs: ttlOf(settings) });
}

/** A list per key; its items are stored, and forgotten, one by one. @example list<Charge>() */
export function list<T>(settings: StateSettings = {}): ListDescriptor<T> {
  return Object.freeze({ kind: 'list' as const, ttlMs: ttlOf(settings) });
}

/** A map per key, from text; its entries are stored, and forgotten, one by one. @example map<number>() */
export function map<T>(settings: StateSettings = {}): MapDescriptor<T> {
  return Object.freeze({ kind: 'map' as const, ttlMs: ttlOf(settings) });
}

/**
 * One value per partition, whatever the key. When a shard is split each child begins with a copy; when two are merged,
 * `merge` makes one of both.
 *
 * @example partitionValue({ initial: 0, merge: Math.max })
 */
export function partitionValue<T>({
  initial,
  merge,
}: {
  readonly initial: T;
  readonly merge: (a: T, b: T) => T;
}): PartitionDescriptor<T> {
  requireSetting('merge', merge, typeof merge === 'function', 'a function of two values', 'pass Math.max');
  return Object.freeze({ kind: 'partition' as const, ttlMs: undefined, initial, merge });
}

function ttlOf({ ttlMs }: StateSettings): number | undefined {
  return ttlMs === undefined ? undefined : requireMs('ttlMs', ttlMs, 1, 'pass hours(1)');
}

export interface ValueState<T> {
  get(): T | undefined;
  set(value: T): void;
  clear(): void;
}

export interface ListState<T> {
  get(): T[];
  append(item: T): void;
  set(items: readonly T[]): void;
  clear(): void;
}

export interface MapState<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** In the order of keys. */
  entries(): Array<[string, T]>;
  clear(): void;
}

export type StateOf<D> =
  D extends ValueDescriptor<infer T>
    ? ValueState<T>
    : D extends ListDescriptor<infer T>
      ? ListState<T>
      : D extends MapDescriptor<infer T>
        ? MapState<T>
        : D extends PartitionDescriptor<infer T>
          ? Omit<ValueState<T>, 'get'> & { get(): T }
          : never;
