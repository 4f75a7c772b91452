/** One record to be put into the stream. */
export interface InputRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Records in a fixed order: the same position holds the same record in every run. */
export interface Input {
  /** Equal for equal inputs: under this name the feeder remembers what it has sent. */
  readonly identity: string;
  /** For people. @example 'US departures of 2001' */
  readonly label: string;
  readonly length: number;
  /** The records at `[start, end)`, in pieces of any size. */
  read(start: number, end: number): AsyncIterable<readonly InputRecord[]>;
}

/** Most bytes that one record may have in the stream. */
export const MAX_RECORD_BYTES = 1_048_576;
