/** What aggregates have made of several records of one key, all of which fall into the same windows. */
export interface PartialResult {
  /** How many they were. */
  readonly records: number;
  /** One per aggregate, in the order of the operator. */
  readonly accumulators: readonly unknown[];
}
