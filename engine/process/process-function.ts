import type { ResultType } from '../aggregate/aggregate.ts';
import type { StateDescriptor, StateOf } from './state-descriptors.ts';

export interface ProcessRecord<V> {
  readonly key: string;
  readonly value: V;
  readonly eventTimeMs: number;
}

/** A timer that a process function has set, and that is due. */
export interface ProcessTimer {
  readonly key: string;
  /** As it was given when it was set. */
  readonly name: string;
  readonly timeMs: number;
  readonly domain: 'event' | 'processing';
}

/** TypeScript's type of a value in a typed column. */
export type ValueOfType<T extends ResultType> = T extends 'integer' | 'number'
  ? number | null
  : T extends 'text'
    ? string | null
    : T extends 'boolean'
      ? boolean | null
      : unknown;

export type ValuesOf<R extends Readonly<Record<string, ResultType>>> = { readonly [F in keyof R]: ValueOfType<R[F]> };

export interface ProcessContext<S, R, O extends string> {
  readonly state: S;
  /** All before it has been seen, but for late records. Number.MIN_SAFE_INTEGER before the first record. */
  readonly watermarkMs: number;
  /** The newest arrival, or tick: the same on every replay (PL-12). Not `Date.now()`, which is not. */
  readonly processingTimeMs: number;
  /** Calls `onTimer` when the watermark reaches `timeMs`; once, however often it is set. */
  setTimer(timeMs: number, name?: string): void;
  deleteTimer(timeMs: number, name?: string): void;
  /** As `setTimer`, by processing time: no later than the tick after it. */
  setProcessingTimer(timeMs: number, name?: string): void;
  deleteProcessingTimer(timeMs: number, name?: string): void;
  /** A result. */
  emit(values: R): void;
  /** A value beside the results: to the lake's folder of that name. */
  emitTo(output: O, value: unknown): void;
}

/**
 * Your own operator: sees each record of a key, remembers what it wants to, and is called again by its timers. Must be
 * deterministic: no clock, no randomness, no I/O, nothing remembered outside of `state`.
 */
export interface ProcessFunction<
  V,
  D extends Readonly<Record<string, StateDescriptor>>,
  R extends Readonly<Record<string, ResultType>>,
  O extends string,
> {
  /** Changes when what is stored means something else: state of another version is refused (PL-30). @default 1 */
  readonly version?: number;
  readonly state?: D;
  /** What a result's values are. */
  readonly results: R;
  /** Names of the outputs beside the results. */
  readonly outputs?: readonly O[];
  /** Late records come too: compare `record.eventTimeMs` with `context.watermarkMs`. */
  onRecord(
    record: ProcessRecord<V>,
    context: ProcessContext<{ readonly [N in keyof D]: StateOf<D[N]> }, ValuesOf<R>, O>,
  ): void;
  onTimer?(
    timer: ProcessTimer,
    context: ProcessContext<{ readonly [N in keyof D]: StateOf<D[N]> }, ValuesOf<R>, O>,
  ): void;
}
