import type { BlobStore } from '../ports.ts';
import { packedEntriesIn, unpackSnapshot, type PackedSnapshot } from './snapshot.ts';
import type { SnapshotChain } from './snapshot-chain.ts';
import { readObjects } from './objects.ts';

/** A snapshot with all that it stands on, still as bytes. */
export interface ReadSnapshot {
  readonly chain: SnapshotChain;
  /** The whole one first, the snapshot itself last. */
  readonly parts: readonly PackedSnapshot[];
  /** Of the form that they are in (PL-30). */
  readonly fingerprint: string;
}

/** @returns undefined when one of its objects is gone */
export async function readSnapshot(blobs: BlobStore, key: string): Promise<ReadSnapshot | undefined> {
  const bytes = await blobs.get(key);
  if (bytes === undefined) return undefined;
  const last = unpackSnapshot(bytes);
  const { on = [], fingerprint } = last.header;
  const others = await readObjects(on, (other) => blobs.get(other));
  const found = others.filter((other) => other !== undefined);
  if (found.length < on.length) return undefined;
  const parts = [...found.map(unpackSnapshot), last];
  const sizes = [...found, bytes].map(({ length }) => length);
  const chain = {
    keys: [...on, key],
    bytes: sizes.reduce((sum, length) => sum + length, 0),
    entries: parts.reduce((sum, { header }) => sum + packedEntriesIn(header), 0),
  };
  return { chain, parts, fingerprint };
}
