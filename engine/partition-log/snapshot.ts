import { ByteReader } from '../codec/bytes.ts';
import { decompress } from '../codec/compression.ts';
import type { Progress } from '../state/progress.ts';
import type { Group } from '../state/table.ts';

/** The whole state of a partition after one version of its log. */
export interface SnapshotHeader {
  readonly logId: string;
  readonly version: number;
  readonly commitId: string;
  /** Of the form that the state is in (PL-30). */
  readonly fingerprint: string;
  /** Offsets and hashes as decimal text. */
  readonly progress: Omit<Progress, 'reached' | 'resumeAt' | 'floors'> & {
    readonly reached: string;
    readonly resumeAt?: string | undefined;
    readonly floors: ReadonlyArray<{
      readonly fromHash: string;
      readonly toHash: string;
      readonly watermarkMs: number;
    }>;
  };
  readonly stateHash: number;
  /** In the order of their segments. @default none */
  readonly packed?: readonly PackedGroup[];
  /** Keys of the snapshots that it stands on, the whole one first. @default none: it is whole */
  readonly on?: readonly string[];
}

/** A large group, whose entries stand in segments behind the others. */
export interface PackedGroup {
  /** Place among the tables of the form. */
  readonly table: number;
  readonly group: Group;
  readonly segments: readonly SegmentSize[];
  /** Keys alone, behind those. @default none */
  readonly deleted?: readonly SegmentSize[];
  /** It has what changed since the snapshot before, which has the group. @default false: all of its entries */
  readonly isChange?: boolean;
}

export type SegmentSize = readonly [entries: number, bytes: number];

/** First byte of a snapshot with segments; one without them begins as any compressed body. */
const IN_SEGMENTS = 2;
/** That byte, and the length of what comes first. */
const START_BYTES = 5;

/**
 * A snapshot with large groups:
 *
 *     2, length of what comes first [4 bytes], header and small groups, segments …        each compressed by itself
 */
export function inSegments(first: Uint8Array, segments: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(segments.reduce((sum, { length }) => sum + length, START_BYTES + first.length));
  bytes[0] = IN_SEGMENTS;
  new DataView(bytes.buffer).setUint32(1, first.length);
  let end = START_BYTES;
  for (const part of [first, ...segments]) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** A snapshot of which the state is still bytes. */
export interface PackedSnapshot {
  readonly header: SnapshotHeader;
  readonly body: Uint8Array;
  /** Compressed, of all packed groups. */
  readonly segments: readonly Uint8Array[];
}

/** @throws CORRUPT_BYTES (internal) when the bytes were not written by `encodeSnapshot` */
export function unpackSnapshot(bytes: Uint8Array): PackedSnapshot {
  if (bytes[0] !== IN_SEGMENTS) return { ...unpackFirst(bytes), segments: [] };
  const reader = new ByteReader(bytes);
  const start = reader.raw(START_BYTES);
  const first = unpackFirst(reader.raw(new DataView(start.buffer, start.byteOffset).getUint32(1)));
  const lengths = (first.header.packed ?? []).flatMap(sizesOf).map(([, length]) => length);
  return { ...first, segments: lengths.map((length) => reader.raw(length)) };
}

/** Of all segments of a group, in their order. */
function sizesOf({ segments, deleted = [] }: PackedGroup): SegmentSize[] {
  return [...segments, ...deleted];
}

/** Entries and deleted keys in its segments. */
export function packedEntriesIn({ packed = [] }: SnapshotHeader): number {
  return packed.flatMap(sizesOf).reduce((sum, [entries]) => sum + entries, 0);
}

/** Whether only releases that know segments can read it. */
export function hasSegments(bytes: Uint8Array): boolean {
  return bytes[0] === IN_SEGMENTS;
}

function unpackFirst(bytes: Uint8Array): Pick<PackedSnapshot, 'header' | 'body'> {
  const reader = new ByteReader(decompress(bytes));
  const header = JSON.parse(reader.string()) as SnapshotHeader;
  return { header, body: reader.rest() };
}
