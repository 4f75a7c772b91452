import type { PlannedRecord } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { bytesOf } from './producer.ts';
import type { Timestamps } from './timestamps.ts';

/** What becomes of a partition, once all of it is read, whose newest records the cluster loses. */
export interface Regrown {
  /** Others that come in the place of those that were lost, and perhaps behind them. Ascending, at least one. */
  readonly records: readonly PlannedRecord[];
  /**
   * Where the group reads on: where the partition was cut, as consumers do that know leader epochs; behind what they
   * have read, as others do, if there is anything; or at the first record.
   */
  readonly readFrom: 'cut' | 'behind' | 'start';
}

/** @param own all records of the partition, at least one */
export function planRegrown(own: readonly PlannedRecord[], random: SeededRandom, timestamps: Timestamps): Regrown {
  const lost = own.slice(-random.between(1, 5));
  const last = lost.at(-1) as PlannedRecord;
  const more = Array.from({ length: random.between(0, 3) }, (_, i) => ({
    ...last,
    offset: last.offset + BigInt(i) + 1n,
  }));
  const records = [...lost, ...more].map((record): PlannedRecord => {
    const { partitionKey, arrivalTimeMs } = record;
    // No producer sends this value: each is another record than the one before at its offset.
    const text = JSON.stringify({ sensor: partitionKey, atMs: arrivalTimeMs, value: 99 });
    const timestamp = timestamps.next(arrivalTimeMs);
    return { ...record, data: bytesOf(text), parts: [{ partitionKey, text }], timestamp };
  });
  return { records, readFrom: random.pick(more.length > 0 ? ['cut', 'behind', 'start'] : ['cut', 'start']) };
}
