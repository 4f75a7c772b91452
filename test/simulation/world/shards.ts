import type { Lineage, Remaining, ShardCatalog } from '../../../engine/ports.ts';
import type { SourcePartition } from '../../../engine/record.ts';
import type { Plan } from '../plan.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

/** The stream as one instance meets it. */
export class FaultyShards implements ShardCatalog {
  readonly #world: { readonly plan: Plan; readonly schedule: Schedule; readonly faults: Faults };
  readonly #instance: Instance;

  constructor(world: { readonly plan: Plan; readonly schedule: Schedule; readonly faults: Faults }, instance: Instance) {
    this.#world = world;
    this.#instance = instance;
  }

  shards(): Promise<ReadonlyMap<string, Lineage>> {
    const { plan, schedule, faults } = this.#world;
    if (faults.decide('stream.fails')) return this.#instance.fail('list throttled');
    return this.#instance.call(async () => new Map(plan.shards.filter(({ bornAtMs }) => bornAtMs <= schedule.nowMs()).map((shard) => [shard.id, shard])), false);
  }

  async remaining({ partition }: SourcePartition, after: bigint): Promise<Remaining> {
    const { plan, schedule, faults } = this.#world;
    if (faults.decide('stream.fails')) return this.#instance.fail('read throttled');
    const remaining = await this.#instance.call(async (): Promise<Remaining> => {
      const shard = plan.shards.find(({ id }) => id === partition);
      const nowMs = schedule.nowMs();
      if (shard?.records.some(({ offset, arrivalTimeMs }) => offset > after && arrivalTimeMs <= nowMs) === true) return 'records';
      return shard === undefined || shard.closedAtMs <= nowMs ? 'ended' : 'none yet';
    }, false);
    if (remaining !== 'records') this.#instance.provenDrained.add(`${partition}@${after}`);
    return remaining;
  }

  async confirm(): Promise<void> {}
}
