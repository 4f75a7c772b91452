/** An edge between two fragments: rows change their key, and with it the log in which their state is. */
export interface Exchange {
  /** Unique in its pipeline and stable: part of the names of its logs and objects. @example 'by-destination' */
  readonly id: string;
  /** Fields of a row that make its key; of a computed key its name. */
  readonly keyFields: readonly string[];
  /** Of a join: the fields of a row of its right side that make its key, in the place of `keyFields`. */
  readonly rightKeyFields?: readonly string[];
  /** Code of the pipeline makes the key. @default false */
  readonly isComputed?: boolean;
  /** How many logs share the keys, at least 1. */
  readonly receivers: number;
  /** Receivers are called once for what comes within so long; 0: for each commit of a sender (PL-38). */
  readonly paceMs: number;
  /** Counts changes of the number of receivers, from 1 (PL-39). */
  readonly generation: number;
  /** The same with the receivers that there were before; undefined: there were none. */
  readonly before?: Exchange;
}
