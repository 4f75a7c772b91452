import type { SourceRecord } from '../../../engine/record.ts';
import type { PlannedShard } from '../plan.ts';
import type { FunctionPool } from './functions.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';

export interface MappingProps {
  readonly shard: PlannedShard;
  readonly functions: FunctionPool;
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly random: SeededRandom;
  readonly maxBatch: number;
  readonly timeoutMs: number;
}

/**
 * Lambda's event source mapping for one shard: one batch after the other, again until it succeeds. When things go wrong
 * it forgets where it was, cuts batches anew, takes another instance, or runs one batch twice at the same time.
 */
export class Mapping {
  readonly #props: MappingProps;
  #next = 0;
  batches = 0;

  constructor(props: MappingProps) {
    this.#props = props;
  }

  get isDrained(): boolean {
    return this.#next >= this.#props.shard.records.length;
  }

  async run(): Promise<void> {
    const { schedule, faults, random, maxBatch, functions, shard } = this.#props;
    await schedule.sleep(shard.bornAtMs - schedule.nowMs());
    let size = 0;
    for (let failures = 0; ; ) {
      const ready = this.#ready();
      if (ready.length === 0) {
        if (this.isDrained) return;
        await schedule.sleep(100);
        continue;
      }
      if (size === 0 || faults.decide('mapping.resplit')) size = random.between(1, maxBatch);
      const batch = ready.slice(0, size);
      if (faults.decide('mapping.duplicate')) void this.#invoke(batch);
      this.batches++;
      if (await this.#invoke(batch)) {
        this.#next += batch.length;
        size = 0;
        failures = 0;
        if (faults.decide('mapping.rewind')) this.#next = Math.max(0, this.#next - random.between(1, 2 * maxBatch));
      } else {
        failures++;
        functions.forget(shard.id);
        await schedule.sleep(Math.min(60_000, 100 * 2 ** failures));
      }
    }
  }

  #ready(): readonly SourceRecord[] {
    const { shard, schedule } = this.#props;
    const rest = shard.records.slice(this.#next);
    const first = rest.findIndex(({ arrivalTimeMs }) => arrivalTimeMs > schedule.nowMs());
    return first === -1 ? rest : rest.slice(0, first);
  }

  /** @returns whether the function said yes within its time */
  #invoke(records: readonly SourceRecord[]): Promise<boolean> {
    const { functions, shard, schedule, timeoutMs } = this.#props;
    return new Promise((resolve) => {
      schedule.after(timeoutMs, () => resolve(false));
      functions.invoke(shard.id, records).then(
        () => resolve(true),
        () => resolve(false),
      );
    });
  }
}
