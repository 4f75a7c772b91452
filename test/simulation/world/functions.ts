import { isKind, TidemarkError } from '../../../engine/errors.ts';
import { PartitionLogs } from '../../../engine/partition-log/partition-logs.ts';
import { processBatch, type Processor } from '../../../engine/process-batch.ts';
import { processTick } from '../../../engine/process-tick.ts';
import type { SourcePartition, SourceRecord } from '../../../engine/record.ts';
import type { Plan } from '../plan.ts';
import type { Faults } from './faults.ts';
import { Instance } from './instance.ts';
import type { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';
import { FaultyShards } from './shards.ts';
import { FaultySink, type Readers } from './sinks.ts';
import { FaultyBlobStore, FaultyLogStore, type Storage } from './stores.ts';

export interface FunctionWorld {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly readers: Readers;
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly random: SeededRandom;
  /** Ends the simulation: something happened that never may. */
  fail(error: unknown): void;
}

interface Warm {
  readonly instance: Instance;
  readonly processor: Processor;
}

export function partitionOf(shardId: string): SourcePartition {
  return { pipeline: 'simulated', stage: '0', source: 'readings', incarnation: '1', partition: shardId };
}

/** The instances of the function: each with its own memory, some of them long dead to Lambda and still running. */
export class FunctionPool {
  readonly #world: FunctionWorld;
  readonly #all: Warm[] = [];
  readonly #warm = new Map<string, Warm>();

  constructor(world: FunctionWorld) {
    this.#world = world;
  }

  /** Lambda gives the shard's next batch to another instance. */
  forget(shardId: string): void {
    this.#warm.delete(shardId);
  }

  async invoke(shardId: string, records: readonly SourceRecord[]): Promise<void> {
    const { faults, fail } = this.#world;
    if (faults.decide('mapping.otherInstance')) this.forget(shardId);
    const warm = this.#take(shardId);
    if (faults.decide('function.killed')) warm.instance.kill();
    if (warm.instance.isDead) return new Promise(() => {});
    try {
      await processBatch(warm.processor, { partition: partitionOf(shardId), records });
    } catch (error) {
      // Anything else than "not now" is a defect: nothing in this world is the user's fault.
      if (!isKind(error, 'unavailable') && !isKind(error, 'fenced')) fail(error);
      throw error;
    }
  }

  /** The scheduler's tick: on the same instances as the batches here, so that they meet in every order. */
  async tick(): Promise<void> {
    const { faults, fail, schedule } = this.#world;
    if (faults.decide('tick.otherInstance')) this.forget('tick');
    const warm = this.#take('tick');
    try {
      await processTick(warm.processor, partitionOf(''), schedule.nowMs());
    } catch (error) {
      if (!isKind(error, 'unavailable') && !isKind(error, 'fenced')) fail(error);
    }
  }

  #take(shardId: string): Warm {
    const known = this.#warm.get(shardId);
    if (known !== undefined && !known.instance.isDead) return known;
    const living = this.#all.filter(({ instance }) => !instance.isDead);
    const { random } = this.#world;
    const warm = living.length > 0 && random.chance(0.5) ? random.pick(living) : this.#start();
    this.#warm.set(shardId, warm);
    return warm;
  }

  #start(): Warm {
    const { plan, schedule, faults, random } = this.#world;
    const instance = new Instance(`instance-${this.#all.length}`, schedule, faults);
    const { topology, settings } = plan;
    const logs = new PartitionLogs(
      {
        topology,
        logs: new FaultyLogStore(this.#world, instance),
        blobs: new FaultyBlobStore(this.#world, instance),
        clock: schedule,
        random,
        slots: settings.slots,
        inlineLimitBytes: settings.inlineLimitBytes,
      },
      settings.maxPanes,
    );
    const warm = { instance, processor: { topology, logs, sinks: [new FaultySink(this.#world, instance)], shards: new FaultyShards(this.#world, instance) } };
    this.#all.push(warm);
    return warm;
  }
}

/** What `fail` is called with when a check of the world itself does not hold. */
export function violation(text: string): TidemarkError {
  return new TidemarkError('internal', 'VIOLATION', text);
}
