/** What a reader has found between two offsets of a partition, both left out. */
export interface RecordsBetween {
  readonly records: number;
  /** false: the reader stopped before the end, there may be more than `records`. */
  readonly isAll: boolean;
  /** The source has a record at the end or behind it. */
  readonly isFollowed: boolean;
  /** Earliest and latest arrival among `records`; undefined when there are none [ms since 1970]. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
}

export const NOTHING_BETWEEN: RecordsBetween = Object.freeze({
  records: 0,
  isAll: true,
  isFollowed: false,
  oldestMs: undefined,
  newestMs: undefined,
});

/** The same with one more record. */
export function withRecord(found: RecordsBetween, arrivalMs: number): RecordsBetween {
  const { records, oldestMs = arrivalMs, newestMs = arrivalMs } = found;
  return {
    ...found,
    records: records + 1,
    oldestMs: Math.min(oldestMs, arrivalMs),
    newestMs: Math.max(newestMs, arrivalMs),
  };
}
