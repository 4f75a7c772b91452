import { S3Client } from '@aws-sdk/client-s3';
import { S3BlobStore } from '../adapters/s3/blob-store.ts';
import type { BlobStore } from '../engine/ports.ts';

/** Objects of a bucket under a prefix. A module of its own: what is imported later as a whole is bundled as a whole. */
export const s3Blobs = (bucket: string, prefix: string): BlobStore =>
  new S3BlobStore({ client: new S3Client({}), bucket, prefix });
