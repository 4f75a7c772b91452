import type { Side } from '../join/side.ts';
import type { PartialResult } from './partial-result.ts';

/** What goes through an exchange. */
export interface Row {
  readonly key: string;
  readonly eventTimeMs: number;
  /** The sender's output watermark before it (PL-29). */
  readonly watermarkMs: number;
  /** Plain data: see `checkedExchanged`. */
  readonly value: unknown;
  /** Of a row that may be combined with others: what the aggregates behind the exchange take of it. Only its sender has them. */
  readonly inputs?: readonly unknown[];
  /** Of a row on its way to a join: which of its inputs it is of. */
  readonly side?: Side;
  /** Several rows in one, in place of `value`. Its time is the start of their slice. */
  readonly partial?: PartialResult;
}
