import { mapParallel } from '../parallel.ts';
import type { BlobStore } from '../ports.ts';

/** Requests for objects of one log that are under way at a time: many objects then take little longer than one. */
const AT_A_TIME = 16;

/** What a commit names, put side by side before it (PL-8, PL-9): three objects delay it no more than one. */
export class NewObjects {
  readonly #objects: { readonly key: string; readonly bytes: Uint8Array }[] = [];

  add(key: string, bytes: Uint8Array): void {
    this.#objects.push({ key, bytes });
  }

  /** All are there when it resolves. @throws BLOB_UNAVAILABLE (unavailable) when any of them may not be */
  async put(blobs: BlobStore): Promise<void> {
    await mapParallel(this.#objects, AT_A_TIME, ({ key, bytes }) => blobs.putIfAbsent(key, bytes));
  }
}

/** `read` of each of many, side by side, in order. */
export async function readObjects<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  return mapParallel(items, AT_A_TIME, read);
}

/** @throws BLOB_UNAVAILABLE (unavailable): some may be gone, the others are found by the next clean-up */
export async function deleteObjects(blobs: BlobStore, keys: readonly string[]): Promise<void> {
  await mapParallel(keys, AT_A_TIME, (key) => blobs.delete(key));
}
