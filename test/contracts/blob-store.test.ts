import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { blobStoreContract } from './blob-store.contract.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-blobs-'));
});

afterAll(() => rm(folder, { recursive: true }));

blobStoreContract('MemoryBlobStore', async () => new MemoryBlobStore());
blobStoreContract('FileBlobStore', async () => new FileBlobStore(await mkdtemp(join(folder, 'store-'))));
