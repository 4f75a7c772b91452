import { TidemarkError } from '../../../engine/errors.ts';
import type { BlobStore } from '../../../engine/ports.ts';

/** A blob store that can be switched off. */
export class FailingBlobStore implements BlobStore {
  isDown = false;
  readonly #inner: BlobStore;

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    return this.#up().putIfAbsent(key, bytes);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#up().get(key);
  }

  async delete(key: string): Promise<void> {
    return this.#up().delete(key);
  }

  async list(prefix: string): Promise<string[]> {
    return this.#up().list(prefix);
  }

  #up(): BlobStore {
    if (this.isDown) throw new TidemarkError('unavailable', 'BLOB_UNAVAILABLE', 'blob store must answer, got nothing; wait');
    return this.#inner;
  }
}
