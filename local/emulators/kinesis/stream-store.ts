import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../storage/json-file.ts';
import { tryLock } from '../../storage/folder-lock.ts';
import { ServiceError } from '../service-error.ts';
import { notFound } from './service-error.ts';
import { Stream, STREAM_FILE, type StreamFile } from './stream.ts';

const HASHES = 2n ** 128n;
const MAX_SHARDS = 1_000;
const FOLDER = /^stream-\d+$/;

/** All streams of a folder; one process at a time works in it. */
export class StreamStore {
  readonly #folder: string;
  readonly #release: () => void;
  readonly #streams = new Map<string, { readonly stream: Stream; readonly folder: string }>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const lock = tryLock(join(folder, 'lock.json'), 'local');
    if (lock.kind === 'held') throw new Error(`lock ${folder}: held by process ${lock.holder.pid}`);
    this.#folder = folder;
    this.#release = lock.release;
    for (const entry of readdirSync(folder).filter((name) => FOLDER.test(name))) {
      const path = join(folder, entry);
      const file = readJsonFile<StreamFile>(join(path, STREAM_FILE));
      // Killed while the stream was created or deleted.
      if (file === undefined) rmSync(path, { recursive: true });
      else this.#streams.set(file.name, { stream: new Stream(path, file), folder: path });
    }
  }

  /** By name. */
  get names(): string[] {
    return [...this.#streams.keys()].sort();
  }

  /** @throws ResourceNotFoundException */
  stream(name: string): Stream {
    const found = this.#streams.get(name);
    if (found === undefined) throw notFound(`Stream ${name} under account 000000000000`);
    return found.stream;
  }

  create(name: string, shardCount: number, nowMs: number): void {
    if (this.#streams.has(name))
      throw new ServiceError('ResourceInUseException', `Stream ${name} under account 000000000000 already exists.`);
    this.requireRoomFor(shardCount);
    let number = nowMs;
    while (existsSync(join(this.#folder, `stream-${number}`))) number++;
    const folder = join(this.#folder, `stream-${number}`);
    mkdirSync(folder, { mode: 0o700 });
    const size = HASHES / BigInt(shardCount);
    const shards = Array.from({ length: shardCount }, (_, i) => ({
      fromHash: String(size * BigInt(i)),
      toHash: String(i === shardCount - 1 ? HASHES - 1n : size * BigInt(i + 1) - 1n),
      createdSeconds: Math.floor(nowMs / 1000),
      parents: [],
    }));
    const file: StreamFile = { name, createdAtMs: nowMs, retentionHours: 24, shards };
    writeJsonFile(join(folder, STREAM_FILE), file);
    this.#streams.set(name, { stream: new Stream(folder, file), folder });
  }

  delete(name: string): void {
    const stream = this.stream(name);
    const { folder } = this.#streams.get(name) ?? {};
    stream.close();
    this.#streams.delete(name);
    if (folder === undefined) return;
    rmSync(join(folder, STREAM_FILE)); // from here on it is gone
    rmSync(folder, { recursive: true });
  }

  /** @throws LimitExceededException */
  requireRoomFor(more: number): void {
    const open = [...this.#streams.values()].reduce((sum, { stream }) => sum + stream.openShards.length, 0);
    if (open + more > MAX_SHARDS)
      throw new ServiceError(
        'LimitExceededException',
        `This request would exceed the shard limit for the account. Current shard count: ${open}. Limit: ${MAX_SHARDS}.`,
      );
  }

  close(): void {
    for (const { stream } of this.#streams.values()) stream.close();
    this.#release();
  }
}
