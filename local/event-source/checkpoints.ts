import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';

interface CheckpointFile {
  /** The stream's creation: positions in a stream that was deleted mean nothing in its successor. */
  readonly createdAtMs: number;
  readonly shards: Readonly<Record<string, string>>;
}

/** How far behind the file may be: after a crash the event source repeats as much, which the log recognises. */
const SAVE_EVERY_MS = 1_000;

/** Per shard the sequence number up to which the function has succeeded. */
export class Checkpoints {
  readonly #path: string;
  readonly #createdAtMs: number;
  readonly #shards: Map<string, string>;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, createdAtMs: number) {
    this.#path = path;
    this.#createdAtMs = createdAtMs;
    const file = readJsonFile<CheckpointFile>(path);
    this.#shards = new Map(file?.createdAtMs === createdAtMs ? Object.entries(file.shards) : []);
  }

  get(shardId: string): string | undefined {
    return this.#shards.get(shardId);
  }

  advance(shardId: string, sequenceNumber: string): void {
    this.#shards.set(shardId, sequenceNumber);
    this.#timer ??= setTimeout(() => this.save(), SAVE_EVERY_MS).unref();
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    writeJsonFile(this.#path, {
      createdAtMs: this.#createdAtMs,
      shards: Object.fromEntries(this.#shards),
    } satisfies CheckpointFile);
  }
}
