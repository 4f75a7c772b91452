import { TidemarkError } from './errors.ts';
import type { BlobStore } from './ports.ts';
import type { SourcePartition } from './record.ts';

/** One object per incarnation of the topic lies there, named by its id. */
export const topicFolder = (pipeline: string, topic: string): string => `topics/${pipeline}/${topic}/`;

/**
 * How many partitions a topic had when a pipeline first read it. More of them move keys without a seal (PL-27), so a
 * topic that has grown is read no further.
 */
export class PartitionCounts {
  readonly #blobs: BlobStore;
  readonly #known = new Map<string, number>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** @throws PARTITIONS_GREW (internal) */
  async require({ pipeline, source, incarnation }: Omit<SourcePartition, 'stage' | 'partition'>, partitions: number): Promise<void> {
    const key = `${topicFolder(pipeline, source)}${incarnation}`;
    const first = this.#known.get(key) ?? (await this.#first(key, partitions));
    this.#known.set(key, first);
    if (partitions === first) return;
    throw new TidemarkError('internal', 'PARTITIONS_GREW', `topic ${source} must keep its ${first} partitions, got ${partitions}; new partitions move keys away from their state: make a topic with ${partitions} partitions, let the producers change over, and read it with a pipeline of another name`);
  }

  /** The count that is on record; `partitions` when nobody has put one there yet. */
  async #first(key: string, partitions: number): Promise<number> {
    const stored = await this.#blobs.putIfAbsent(key, new TextEncoder().encode(String(partitions)));
    if (stored === 'stored') return partitions;
    const bytes = await this.#blobs.get(key);
    if (bytes === undefined) throw new TidemarkError('internal', 'OBJECT_MISSING', `object ${key} must be there once it was written, got none; restore it`);
    return Number(new TextDecoder().decode(bytes));
  }
}
