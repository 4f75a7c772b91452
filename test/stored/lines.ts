import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Stored } from './story.ts';

/** One line of a file of stored state: an entry of a log, or an object. */
interface Line {
  readonly story: string;
  readonly logId?: string;
  readonly slot?: number;
  readonly entry?: LogEntry;
  readonly key?: string;
  readonly bytes?: Uint8Array;
}

/** As JSON lines, so that a difference shows which entry is another. */
export function linesOf(story: string, { entries, blobs }: Stored): string {
  const lines: readonly Line[] = [
    ...entries.map((entry) => ({ story, ...entry })),
    ...blobs.map((blob) => ({ story, ...blob })),
  ];
  return lines.map((line) => `${JSON.stringify(line, tagged)}\n`).join('');
}

/** @returns what is stored, by the name of its story */
export function storedIn(text: string): Map<string, Stored> {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line, untagged) as Line);
  return new Map([...Map.groupBy(lines, ({ story }) => story)].map(([story, own]) => [story, storedOf(own)]));
}

function storedOf(lines: readonly Line[]): Stored {
  return {
    entries: lines.flatMap(({ logId, slot, entry }) =>
      logId === undefined || slot === undefined || entry === undefined ? [] : [{ logId, slot, entry }],
    ),
    blobs: lines.flatMap(({ key, bytes }) => (key === undefined || bytes === undefined ? [] : [{ key, bytes }])),
  };
}

function tagged(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $integer: String(value) };
  // A Buffer has made itself an object by now: look at what it was.
  const original = this[name];
  return original instanceof Uint8Array ? { $bytes: Buffer.from(original).toString('base64') } : value;
}

function untagged(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$integer' in value) return BigInt(String(value.$integer));
  return '$bytes' in value ? new Uint8Array(Buffer.from(String(value.$bytes), 'base64')) : value;
}
