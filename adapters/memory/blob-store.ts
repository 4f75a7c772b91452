import type { BlobStore } from '../../engine/ports.ts';
import { requireBlobKey } from '../shared/blob-key.ts';

/** Blobs in memory. Holds and hands out copies. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    if (this.#blobs.has(requireBlobKey(key))) return 'exists';
    this.#blobs.set(key, new Uint8Array(bytes));
    return 'stored';
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const bytes = this.#blobs.get(requireBlobKey(key));
    return bytes && new Uint8Array(bytes);
  }

  async delete(key: string): Promise<void> {
    this.#blobs.delete(requireBlobKey(key));
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
