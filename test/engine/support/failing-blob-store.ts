import { TidemarkError } from '../../../engine/errors.ts';
import type { BlobStore, StoredBlob } from '../../../engine/ports.ts';

/** A blob store that can be switched off, or refuses to write some keys. */
export class FailingBlobStore implements BlobStore {
  isDown = false;
  /** Keys that begin so cannot be written. */
  failsFor: string | undefined;
  readonly #inner: BlobStore;

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    return this.#up(this.failsFor !== undefined && key.startsWith(this.failsFor)).putIfAbsent(key, bytes);
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

  async oldest(prefix: string, after?: string): Promise<StoredBlob[]> {
    return this.#up().oldest(prefix, after);
  }

  #up(fails = false): BlobStore {
    if (this.isDown || fails)
      throw new TidemarkError('unavailable', 'BLOB_UNAVAILABLE', 'blob store must answer, got nothing; wait');
    return this.#inner;
  }
}
