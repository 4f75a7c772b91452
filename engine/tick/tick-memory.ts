import { NewestHeads } from '../exchange/newest-heads.ts';
import { NewestManifests } from '../exchange/newest-manifests.ts';
import type { SourcePartition } from '../record.ts';
import { logIdOf } from '../partition-log/log-id.ts';

/** What an instance remembers from tick to tick. Nothing depends on it: it makes the next tick fairer, and its bounds closer. */
export class TickMemory {
  readonly newestHeads = new NewestHeads();
  readonly newestManifests = new NewestManifests();
  #unreached: ReadonlySet<string> = new Set();
  /** By log: partitions of another stream may have the same names. */
  readonly #watermarks = new Map<string, number>();

  /** Those that the last tick did not reach come first. */
  inOrder(partitions: readonly string[]): string[] {
    const isFirst = (partition: string) => this.#unreached.has(partition);
    return [...partitions.filter(isFirst), ...partitions.filter((partition) => !isFirst(partition))];
  }

  noteUnreached(partitions: readonly string[]): void {
    this.#unreached = new Set(partitions);
  }

  noteWatermark(partition: SourcePartition, watermarkMs: number): void {
    this.#watermarks.set(logIdOf(partition), watermarkMs);
  }

  /** Watermarks never fall, so an older one is a lower bound. */
  watermarkOf(partition: SourcePartition): number | undefined {
    return this.#watermarks.get(logIdOf(partition));
  }

  /** Lets go of partitions that the source has forgotten. */
  keepOnly(partitions: readonly SourcePartition[]): void {
    const kept = new Set(partitions.map(logIdOf));
    for (const logId of this.#watermarks.keys()) if (!kept.has(logId)) this.#watermarks.delete(logId);
  }
}
