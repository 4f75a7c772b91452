import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../../storage/folder-lock.ts';
import type { LogEntry } from './log-entry.ts';
import { Segment, type PlacedEntry } from './segment.ts';

/** Where the body of an entry is. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

export interface ItemLogProps {
  /** Of its files; one process at a time works in it. */
  readonly folder: string;
  /** A file takes no more entries beyond this. @default 32 MiB */
  readonly segmentBytes?: number;
}

const NAME = /^items-(\d+)\.log$/;

/**
 * All changes of all tables, in their order, in files of a bounded size. The oldest file goes when the rest of it that
 * still counts has been appended anew:
 *
 *     items-7.log   items-8.log   items-9.log ◄── append
 *        └── what is the newest of its key ────────┘
 */
export class ItemLog {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #release: () => void;
  /** By number, oldest first. */
  readonly #segments = new Map<number, Segment>();
  #last: Segment;

  constructor({ folder, segmentBytes = 32 * 1024 * 1024 }: ItemLogProps) {
    mkdirSync(folder, { recursive: true });
    const lock = tryLock(join(folder, 'lock.json'), 'local');
    if (lock.kind === 'held') throw new Error(`lock ${folder}: held by process ${lock.holder.pid}`);
    this.#release = lock.release;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    const numbers = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    for (const number of numbers.map(Number).sort((a, b) => a - b)) this.#open(number);
    this.#last = [...this.#segments.values()].at(-1) ?? this.#open(1);
  }

  /** Of all files [bytes]. */
  get size(): number {
    let bytes = 0;
    for (const { size } of this.#segments.values()) bytes += size;
    return bytes;
  }

  /** Number of the oldest file; undefined: there is one only. */
  get oldest(): number | undefined {
    const [first] = this.#segments.keys();
    return first === this.#last.number ? undefined : first;
  }

  /** All of them or, after a kill, none. */
  append(entries: readonly LogEntry[]): Place[] {
    if (this.#last.size >= this.#segmentBytes) this.#last = this.#open(this.#last.number + 1);
    const { number } = this.#last;
    return this.#last
      .append(entries)
      .map((offset, i) => ({ segment: number, offset, length: (entries[i] as LogEntry).body.length }));
  }

  read({ segment, offset, length }: Place): Buffer {
    return this.#segment(segment).read(offset, length);
  }

  /** @throws TABLE_DAMAGED (invalid) */
  *entries(number?: number): Generator<LogEntry & Place> {
    for (const segment of number === undefined ? this.#segments.values() : [this.#segment(number)])
      for (const { entry, offset } of segment.entries(segment === this.#last) as Iterable<PlacedEntry>)
        yield { ...entry, segment: segment.number, offset, length: entry.body.length };
  }

  /** What counts of it must have been appended anew. */
  remove(number: number): void {
    const segment = this.#segment(number);
    segment.close();
    rmSync(segment.path);
    this.#segments.delete(number);
  }

  close(): void {
    for (const segment of this.#segments.values()) segment.close();
    this.#release();
  }

  #open(number: number): Segment {
    const segment = new Segment(number, join(this.#folder, `items-${number}.log`));
    this.#segments.set(number, segment);
    return segment;
  }

  #segment(number: number): Segment {
    const segment = this.#segments.get(number);
    if (segment === undefined) throw new RangeError(`segment must be one of ${this.#folder}, got ${number}`);
    return segment;
  }
}
