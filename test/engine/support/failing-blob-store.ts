import { TidemarkError } from '../../../engine/errors.ts';
import type { BlobStore, StoredBlob } from '../../../engine/ports.ts';

/** A blob store that can be switched off, or refuses to write some keys, and notes how many requests overlap. */
export class FailingBlobStore implements BlobStore {
  isDown = false;
  /** Keys that begin so cannot be written. */
  failsFor: string | undefined;
  /** Most requests of one kind that were under way at a time. */
  readonly mostAtOnce = { put: 0, get: 0, delete: 0 };
  readonly #atOnce = { put: 0, get: 0, delete: 0 };
  readonly #inner: BlobStore;

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    const fails = this.failsFor !== undefined && key.startsWith(this.failsFor);
    return this.#counted('put', () => this.#up(fails).putIfAbsent(key, bytes));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#counted('get', () => this.#up().get(key));
  }

  async delete(key: string): Promise<void> {
    return this.#counted('delete', () => this.#up().delete(key));
  }

  async list(prefix: string): Promise<string[]> {
    return this.#up().list(prefix);
  }

  async oldest(prefix: string, after?: string): Promise<StoredBlob[]> {
    return this.#up().oldest(prefix, after);
  }

  async #counted<T>(kind: 'put' | 'get' | 'delete', request: () => Promise<T>): Promise<T> {
    this.#atOnce[kind] += 1;
    this.mostAtOnce[kind] = Math.max(this.mostAtOnce[kind], this.#atOnce[kind]);
    try {
      return await request();
    } finally {
      this.#atOnce[kind] -= 1;
    }
  }

  #up(fails = false): BlobStore {
    if (this.isDown || fails)
      throw new TidemarkError('unavailable', 'BLOB_UNAVAILABLE', 'blob store must answer, got nothing; wait');
    return this.#inner;
  }
}
