import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TidemarkError, messageOf } from '../../engine/errors.ts';
import { OLDEST_PAGE, type BlobStore, type StoredBlob } from '../../engine/ports.ts';
import { RESERVED_SEGMENT, requireBlobKey } from '../shared/blob-key.ts';
import { fileErrorCode, fileFailure } from './file-failure.ts';

export interface FileBlobStoreOptions {
  /** Wait until the disk has it, so that it survives a loss of power. @default true */
  readonly fsync?: boolean;
}

/** A path that holds no blob: nothing there, a folder, or below a file. */
const NO_BLOB = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/**
 * Blobs as files below one folder. A process killed at any moment leaves a blob whole or absent:
 *
 * ```
 *  write .tmp/<uuid> ──► fsync ──► link to <key> ──► unlink .tmp/<uuid>
 *                                    EEXIST: the key is taken
 * ```
 *
 * What a killed process left in `.tmp` is never listed, and may be deleted while nothing runs.
 */
export class FileBlobStore implements BlobStore {
  readonly #root: string;
  readonly #fsync: boolean;

  constructor(root: string, { fsync = true }: FileBlobStoreOptions = {}) {
    this.#root = resolve(root);
    this.#fsync = fsync;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    const target = this.#path(key);
    const temporary = join(this.#root, RESERVED_SEGMENT, randomUUID());
    try {
      await mkdir(dirname(temporary), { recursive: true });
      const made = await mkdir(dirname(target), { recursive: true });
      await this.#write(temporary, bytes);
      const outcome = await linkIfAbsent(temporary, target);
      await unlink(temporary);
      if (this.#fsync) await syncFolders(dirname(target), made === undefined ? dirname(target) : dirname(made));
      return outcome;
    } catch (error) {
      const leftOver = await removeIfThere(temporary);
      if (error instanceof TidemarkError) throw error;
      throw fileFailure(error, `write blob ${key}`, { key, root: this.#root, leftOver });
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path(key)));
    } catch (error) {
      return this.#noBlob(error, `read blob ${key}`);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await unlink(this.#path(key));
    } catch (error) {
      this.#noBlob(error, `delete blob ${key}`);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') requireBlobKey(folder.slice(0, -1));
    const keys: string[] = [];
    await this.#walk(folder, keys);
    return keys.filter((key) => key.startsWith(prefix)).sort();
  }

  async oldest(prefix: string, after = ''): Promise<StoredBlob[]> {
    const found: StoredBlob[] = [];
    const keys = (await this.list(prefix)).filter((key) => key > after);
    for (const key of keys.slice(0, OLDEST_PAGE)) {
      const file = await stat(this.#path(key)).catch((error: unknown) => this.#noBlob(error, `look at blob ${key}`));
      if (file !== undefined) found.push({ key, storedAtMs: file.mtimeMs });
    }
    return found;
  }

  /** @param folder empty, or ends with a slash */
  async #walk(folder: string, keys: string[]): Promise<void> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch((error: unknown) =>
      this.#noBlob(error, `list blobs in ${folder}`),
    );
    for (const entry of entries ?? []) {
      const key = folder + entry.name;
      if (key === RESERVED_SEGMENT) continue;
      if (entry.isDirectory()) await this.#walk(`${key}/`, keys);
      else if (entry.isFile()) keys.push(key);
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      if (this.#fsync) await file.sync();
    } finally {
      await file.close();
    }
  }

  #path(key: string): string {
    return join(this.#root, requireBlobKey(key));
  }

  /** @returns undefined when the error says that there is no such blob; else throws */
  #noBlob(error: unknown, action: string): undefined {
    if (error instanceof TidemarkError) throw error;
    if (!NO_BLOB.has(fileErrorCode(error) ?? '')) throw fileFailure(error, action, { root: this.#root });
    return undefined;
  }
}

async function linkIfAbsent(from: string, to: string): Promise<'stored' | 'exists'> {
  try {
    await link(from, to);
    return 'stored';
  } catch (error) {
    if (fileErrorCode(error) !== 'EEXIST') throw error;
    if ((await stat(to)).isDirectory()) {
      throw new TidemarkError(
        'invalid',
        'INVALID_SETTING',
        `blob key must not be the folder of other blobs, got ${JSON.stringify(to)}; choose another key`,
        { cause: error },
      );
    }
    return 'exists';
  }
}

/** Makes the new names themselves durable, from the folder of the blob up to the first that was there before. */
async function syncFolders(from: string, upTo: string): Promise<void> {
  const folder = await open(from, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  if (from !== upTo) await syncFolders(dirname(from), upTo);
}

/** @returns why a temporary file could not be removed, for the error that is on its way */
async function removeIfThere(path: string): Promise<string | undefined> {
  try {
    await unlink(path);
    return undefined;
  } catch (error) {
    return fileErrorCode(error) === 'ENOENT' ? undefined : messageOf(error);
  }
}
