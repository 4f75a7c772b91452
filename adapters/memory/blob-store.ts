import { OLDEST_PAGE, type BlobStore, type Clock, type StoredBlob } from '../../engine/ports.ts';
import { requireBlobKey } from '../shared/blob-key.ts';

/** Blobs in memory. Holds and hands out copies. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #storedAtMs = new Map<string, number>();
  readonly #clock: Pick<Clock, 'nowMs'>;

  /** @param clock by which blobs are old @default one that stands at 0 */
  constructor(clock: Pick<Clock, 'nowMs'> = { nowMs: () => 0 }) {
    this.#clock = clock;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    if (this.#blobs.has(requireBlobKey(key))) return 'exists';
    this.#blobs.set(key, new Uint8Array(bytes));
    this.#storedAtMs.set(key, this.#clock.nowMs());
    return 'stored';
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const bytes = this.#blobs.get(requireBlobKey(key));
    return bytes && new Uint8Array(bytes);
  }

  async delete(key: string): Promise<void> {
    this.#blobs.delete(requireBlobKey(key));
  }

  async oldest(prefix: string, after = ''): Promise<StoredBlob[]> {
    return (await this.list(prefix))
      .filter((key) => key > after)
      .slice(0, OLDEST_PAGE)
      .map((key) => ({ key, storedAtMs: this.#storedAtMs.get(key) ?? 0 }));
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
