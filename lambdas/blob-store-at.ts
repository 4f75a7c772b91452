import { fileURLToPath } from 'node:url';
import { FileBlobStore } from '../adapters/file/blob-store.ts';
import { LazyBlobStore } from '../adapters/shared/lazy-blob-store.ts';
import type { BlobStore } from '../engine/ports.ts';

/** `s3://bucket/prefix` or `file:///folder`, as checked by `readEnvironment`. The client of S3 is loaded with the first call. */
export function blobStoreAt(address: string): BlobStore {
  const url = new URL(address);
  if (url.protocol === 'file:') return new FileBlobStore(fileURLToPath(url));
  const { hostname: bucket, pathname } = url;
  return new LazyBlobStore(async () => (await import('./s3-blobs.ts')).s3Blobs(bucket, pathname.slice(1)));
}
