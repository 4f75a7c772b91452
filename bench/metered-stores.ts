import type { Item } from '../adapters/dynamodb/item-reader.ts';
import { toLogItem } from '../adapters/dynamodb/log-item.ts';
import { putWriteUnits } from '../adapters/dynamodb/item-size.ts';
import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { decompress } from '../engine/codec/compression.ts';
import type { Topology } from '../engine/topology.ts';
import type { LogEntry } from '../engine/partition-log/entry.ts';
import type { BlobStore, LogStore, PutOutcome } from '../engine/ports.ts';
import { decodeChanges } from '../engine/state/delta-codec.ts';

/**
 * What one S3 PUT or LIST costs in DynamoDB write units: $0.005 a thousand, against $0.625 a million (us-east-1,
 * on demand). A DELETE is free.
 */
export const UNITS_PER_REQUEST = 8;

/** Sizes of the deltas, wherever they are stored. */
export class DeltaMeter {
  bytes = 0;
  /** Panes in them: a key in a window. */
  panes = 0;
  readonly #topology: Topology;

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  add(delta: Uint8Array): void {
    this.bytes += delta.length;
    for (const { puts } of decodeChanges(decompress(delta), this.#topology.tables)) {
      for (const group of puts.values()) this.panes += group.size;
    }
  }
}

/** The log in memory, with the write units that DynamoDB would charge for the same items. */
export class MeteredLogStore implements LogStore {
  writeUnits = 0;
  commits = 0;
  readonly #store = new MemoryLogStore();
  readonly #items = new Map<number, Item>();
  readonly #deltas: DeltaMeter;

  constructor(deltas: DeltaMeter) {
    this.#deltas = deltas;
  }

  async put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    const outcome = await this.#store.put(logId, slot, entry, expectedVersion);
    const item = toLogItem(logId, slot, entry);
    const writeUnits = putWriteUnits(item, this.#items.get(slot));
    this.#items.set(slot, item);
    this.writeUnits += writeUnits;
    this.commits += 1;
    if ('inline' in entry.delta) this.#deltas.add(entry.delta.inline);
    return { ...outcome, writeUnits };
  }

  read(logId: string, slots: readonly number[]): Promise<LogEntry[]> {
    return this.#store.read(logId, slots);
  }
}

/** Objects in memory, counted by what they are for. */
export class MeteredBlobStore implements BlobStore {
  snapshotPuts = 0;
  snapshotBytes = 0;
  spillPuts = 0;
  otherPuts = 0;
  lists = 0;
  readonly #store = new MemoryBlobStore();
  readonly #deltas: DeltaMeter;

  constructor(deltas: DeltaMeter) {
    this.#deltas = deltas;
  }

  get writeUnits(): number {
    return UNITS_PER_REQUEST * (this.snapshotPuts + this.spillPuts + this.otherPuts + this.lists);
  }

  putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    if (key.startsWith('snapshots/')) {
      this.snapshotPuts += 1;
      this.snapshotBytes += bytes.length;
    } else if (key.startsWith('spills/')) this.spillPuts += 1;
    else this.otherPuts += 1;
    if (key.endsWith('-delta')) this.#deltas.add(bytes);
    return this.#store.putIfAbsent(key, bytes);
  }

  oldest(prefix: string, after?: string): ReturnType<BlobStore['oldest']> {
    this.lists += 1;
    return this.#store.oldest(prefix, after);
  }

  list(prefix: string): Promise<string[]> {
    this.lists += 1;
    return this.#store.list(prefix);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#store.get(key);
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(key);
  }
}
