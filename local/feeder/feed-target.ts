import type { InputRecord } from '../inputs/input.ts';

/** What became of one call. */
export interface PutReceipt {
  /** Newest position by partition. */
  readonly after: Readonly<Record<string, string>>;
  /** Records by partition. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A piece of a partition, as it was read back. */
export interface FoundRecords {
  readonly partition: string;
  /** Position of the last of them. */
  readonly last: string;
  readonly records: readonly InputRecord[];
}

/** What a feeder puts records into. */
export interface FeedTarget {
  /** Makes one attempt: after an error some of the records may be there. */
  put(records: readonly InputRecord[]): Promise<PutReceipt>;
  /** All that is there behind these positions; of a partition without one, all. */
  behind(after: Readonly<Record<string, string>>): AsyncIterable<FoundRecords>;
}
