import { S3Client } from '@aws-sdk/client-s3';
import { fileURLToPath } from 'node:url';
import { FileBlobStore } from '../adapters/file/blob-store.ts';
import { S3BlobStore } from '../adapters/s3/blob-store.ts';
import type { BlobStore } from '../engine/ports.ts';

/** `s3://bucket/prefix` or `file:///folder`, as checked by `readEnvironment`. */
export function blobStoreAt(address: string): BlobStore {
  const url = new URL(address);
  if (url.protocol === 'file:') return new FileBlobStore(fileURLToPath(url));
  return new S3BlobStore({ client: new S3Client({}), bucket: url.hostname, prefix: url.pathname.slice(1) });
}
