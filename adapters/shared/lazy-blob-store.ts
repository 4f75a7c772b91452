import type { BlobStore, StoredBlob } from '../../engine/ports.ts';
import { once } from './once.ts';

/** A store that is loaded with its first call: most batches read and write no object. */
export class LazyBlobStore implements BlobStore {
  readonly #store: () => Promise<BlobStore>;

  constructor(load: () => Promise<BlobStore>) {
    this.#store = once(load);
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    return (await this.#store()).putIfAbsent(key, bytes);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#store()).get(key);
  }

  async delete(key: string): Promise<void> {
    return (await this.#store()).delete(key);
  }

  async list(prefix: string): Promise<string[]> {
    return (await this.#store()).list(prefix);
  }

  async oldest(prefix: string, after?: string): Promise<StoredBlob[]> {
    return (await this.#store()).oldest(prefix, after);
  }
}
