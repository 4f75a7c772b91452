import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { nameOf, partitionOf, streamOf, type Plan } from './plan.ts';
import type { Speaker } from './world/sinks.ts';
import type { Storage } from './world/storage.ts';

/** Which log said a line, and which of two is the newer: by what the world has done, not by what the engine says of it. */
export class Speakers {
  /** In the order in which the pipeline has read them. */
  readonly #streams: readonly string[];
  readonly #anew: ReadonlySet<string>;
  readonly #anewFromMs: number;

  constructor({ shards }: Pick<Plan, 'shards'>, { anew }: Pick<Storage, 'anew'>) {
    this.#streams = [...new Set(shards.map((shard) => streamOf(nameOf(shard))))];
    this.#anew = new Set(shards.filter((shard) => anew.logIds.has(logIdOf(partitionOf(shard)))).map(nameOf));
    this.#anewFromMs = anew.fromMs;
  }

  /** It has begun anew since, or is to: what it said then need not be all that it had decided. */
  isBuried({ log, epochMs }: Speaker): boolean {
    return this.#anew.has(log) && epochMs < this.#anewFromMs;
  }

  /** Of two logs that speak of one window the one with the larger rank is the newer; equal: revisions tell. */
  rankOf({ log, epochMs }: Speaker): number {
    // A log that came of one that began anew goes on from there, whether or not it was there before.
    const isSince = epochMs >= this.#anewFromMs;
    return 2 * this.#streams.indexOf(streamOf(log)) + (isSince ? 1 : 0);
  }

  /** Whether a log has begun anew, or is one that came of it. */
  hasBegunAnew(log: string): boolean {
    return this.#anew.has(log);
  }
}
