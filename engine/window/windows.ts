import type { Aggregate } from '../aggregate/aggregate.ts';
import type { Operator } from '../operator.ts';
import type { Emission } from './emission.ts';

export interface NamedAggregate {
  readonly name: string;
  readonly aggregate: Aggregate<never>;
}

/** All that makes an operator of a kind of windows. */
export interface WindowedAggregation {
  /** Names the operator's state (PL-30). */
  readonly id: string;
  readonly allowedLatenessMs: number;
  readonly aggregates: readonly NamedAggregate[];
  readonly emission: Emission;
  /** Rows come through an exchange, and each is late by the watermark that it carries (PL-44). @default false */
  readonly isBehindExchange?: boolean;
}

/** A kind of windows with its settings, e.g. `tumbling({ sizeMs: hours(1) })`: an immutable value. */
export interface Windows {
  readonly kind: 'tumbling' | 'hopping' | 'calendar' | 'session' | 'sliding' | 'count' | 'global';
  /** Canonical text of all settings, e.g. `tumbling(size=3600000,offset=0)`. */
  readonly descriptor: string;
  /** How long a window lasts, or is likely to [ms]; undefined when time does not end it. */
  readonly sizeMs?: number;
  /** `bounded`: by time, so results are told apart by their window; `numbered`: by the order in which they came. */
  readonly results: 'bounded' | 'numbered';
  /**
   * The start of the slice that a time is in: all times of a slice fall into the same windows. Of windows that have some, which
   * all hold more than a record and end by themselves.
   */
  sliceOf?(eventTimeMs: number): number;
  /** @throws INVALID_SETTING when these windows cannot be emitted so */
  operator(aggregation: WindowedAggregation): Operator;
}
