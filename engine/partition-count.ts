import { TidemarkError } from './errors.ts';
import type { BlobStore } from './ports.ts';
import type { SourcePartition } from './record.ts';

/** One object per incarnation of the topic lies there, named by its id. */
export const topicFolder = (pipeline: string, topic: string): string => `topics/${pipeline}/${topic}/`;

type Topic = Omit<SourcePartition, 'stage' | 'partition'>;

const keyOf = ({ pipeline, source, incarnation }: Topic): string => `${topicFolder(pipeline, source)}${incarnation}`;

/** The count that a pipeline has put on record; undefined when it has read nothing yet. */
export async function partitionsOnRecord(blobs: Pick<BlobStore, 'get'>, topic: Topic): Promise<number | undefined> {
  const bytes = await blobs.get(keyOf(topic));
  return bytes === undefined ? undefined : Number(new TextDecoder().decode(bytes));
}

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
  async require(topic: Topic, partitions: number): Promise<void> {
    const key = keyOf(topic);
    const first = this.#known.get(key) ?? (await this.#first(topic, partitions));
    this.#known.set(key, first);
    if (partitions === first) return;
    throw new TidemarkError(
      'internal',
      'PARTITIONS_GREW',
      `topic ${topic.source} must keep its ${first} partitions, got ${partitions}; new partitions move keys away from their state: make a topic with ${partitions} partitions, let the producers change over, and read it with a pipeline of another name`,
    );
  }

  /** The count that is on record; `partitions` when nobody has put one there yet. */
  async #first(topic: Topic, partitions: number): Promise<number> {
    const stored = await this.#blobs.putIfAbsent(keyOf(topic), new TextEncoder().encode(String(partitions)));
    if (stored === 'stored') return partitions;
    const first = await partitionsOnRecord(this.#blobs, topic);
    if (first === undefined)
      throw new TidemarkError(
        'internal',
        'OBJECT_MISSING',
        `object ${keyOf(topic)} must be there once it was written, got none; restore it`,
      );
    return first;
  }
}
