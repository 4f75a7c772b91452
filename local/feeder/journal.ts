import { createHash } from 'node:crypto';
import type { InputRecord } from '../inputs/input.ts';
import { readJsonFile, writeJsonFileOften } from '../storage/json-file.ts';
import { addInterval, missingFrom, totalLength, type Interval, type Intervals } from './intervals.ts';

/** A call to PutRecords that may have been made, or not, or in part. */
export interface Intent {
  readonly identity: string;
  /** Position of the first record; the others follow. */
  readonly start: number;
  /** One digest per record: enough to find them in the stream again. */
  readonly digests: readonly string[];
}

interface JournalFile {
  readonly createdAtMs: number;
  /** By input: what the stream surely holds. */
  readonly sent: Readonly<Record<string, Intervals>>;
  /** By shard: a sequence number below every record of the intent. */
  readonly after: Readonly<Record<string, string>>;
  readonly intent?: Intent;
}

/**
 * What the feeder knows about the stream. Written before each call and read after a crash, so that the stream gets each
 * record once:
 *
 * ```
 * intend(records) ──► PutRecords ──► done(…) ──► intend(records) ──► …
 *        └────────── killed ─┘
 *                       └─► next start: read the stream behind `after`, look for the digests, send what is missing
 * ```
 */
export class FeederJournal {
  readonly #path: string;
  #file: JournalFile;

  /** @param createdAtMs the stream's creation: what was sent into its predecessor does not count */
  constructor(path: string, createdAtMs: number) {
    this.#path = path;
    const file = readJsonFile<JournalFile>(path);
    this.#file = file?.createdAtMs === createdAtMs ? file : { createdAtMs, sent: {}, after: {} };
  }

  get intent(): Intent | undefined {
    return this.#file.intent;
  }

  get after(): Readonly<Record<string, string>> {
    return this.#file.after;
  }

  /** What is left to be sent of this part of the input. */
  missing(identity: string, wanted: Interval): Intervals {
    return missingFrom(this.#file.sent[identity] ?? [], wanted);
  }

  /** Records of all inputs that the stream holds. */
  get sentTotal(): number {
    return Object.values(this.#file.sent).reduce((sum, intervals) => sum + totalLength(intervals), 0);
  }

  intend(identity: string, start: number, records: readonly InputRecord[]): void {
    this.#write({ ...this.#file, intent: { identity, start, digests: records.map(digestOf) } });
  }

  /** All of the intent is in the stream. Saved with the next intent, or by `save`. */
  done(after: Readonly<Record<string, string>>): void {
    const { intent, ...rest } = this.#file;
    if (intent === undefined) return;
    this.#file = {
      ...rest,
      sent: withSent(rest.sent, intent.identity, [[intent.start, intent.start + intent.digests.length]]),
      after: { ...rest.after, ...after },
    };
  }

  /** These positions of the intent were found in the stream, and no others. */
  recovered(positions: readonly number[], after: Readonly<Record<string, string>>): void {
    const { intent, ...rest } = this.#file;
    if (intent === undefined) return;
    const found = positions.map((position): Interval => [position, position + 1]);
    this.#write({ ...rest, sent: withSent(rest.sent, intent.identity, found), after: { ...rest.after, ...after } });
  }

  save(): void {
    this.#write(this.#file);
  }

  #write(file: JournalFile): void {
    writeJsonFileOften(this.#path, file);
    this.#file = file;
  }
}

/** Names a record among those of one call. */
export function digestOf(record: InputRecord): string {
  return createHash('sha256')
    .update(record.partitionKey)
    .update('\n')
    .update(record.data)
    .digest('base64')
    .slice(0, 16);
}

function withSent(sent: JournalFile['sent'], identity: string, intervals: Intervals): JournalFile['sent'] {
  return { ...sent, [identity]: intervals.reduce(addInterval, sent[identity] ?? []) };
}
