import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { TidemarkError } from '../../engine/errors.ts';
import { OLDEST_PAGE, type BlobStore, type StoredBlob } from '../../engine/ports.ts';
import { awsFailure, errorName, errorStatus } from '../shared/aws-failure.ts';
import { requireBlobKey } from '../shared/blob-key.ts';

export interface S3BlobStoreProps {
  /** May repeat requests by itself: keys are immutable, so a repeat finds its own bytes. */
  readonly client: S3Client;
  readonly bucket: string;
  /** Folder of all keys, without a slash at the end; '' for the bucket itself. @default '' */
  readonly prefix?: string;
}

/** Blobs in S3, written with `If-None-Match: *` (PL-8). */
export class S3BlobStore implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #folder: string;

  constructor({ client, bucket, prefix = '' }: S3BlobStoreProps) {
    this.#client = client;
    this.#bucket = bucket;
    this.#folder = prefix === '' ? '' : `${requireBlobKey(prefix)}/`;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    const place = this.#place(key);
    try {
      await this.#client.send(new PutObjectCommand({ ...place, Body: bytes, IfNoneMatch: '*' }));
      return 'stored';
    } catch (error) {
      if (errorStatus(error) === 412) return 'exists';
      throw this.#failure(error, `write blob ${key}`);
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const place = this.#place(key);
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(place));
      return Body === undefined ? new Uint8Array() : await Body.transformToByteArray();
    } catch (error) {
      if (errorName(error) === 'NoSuchKey') return undefined;
      throw this.#failure(error, `read blob ${key}`);
    }
  }

  async delete(key: string): Promise<void> {
    const place = this.#place(key);
    try {
      await this.#client.send(new DeleteObjectCommand(place));
    } catch (error) {
      throw this.#failure(error, `delete blob ${key}`);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    try {
      for await (const page of paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#bucket, Prefix: this.#folder + prefix },
      )) {
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(this.#folder.length));
      }
    } catch (error) {
      throw this.#failure(error, `list blobs under ${prefix}`);
    }
    return keys.sort();
  }

  /** S3 lists in ascending order of the keys' bytes. */
  async oldest(prefix: string, after?: string): Promise<StoredBlob[]> {
    const place = { Bucket: this.#bucket, Prefix: this.#folder + prefix, MaxKeys: OLDEST_PAGE };
    const StartAfter = after === undefined ? undefined : this.#folder + after;
    try {
      const page = await this.#client.send(new ListObjectsV2Command({ ...place, StartAfter }));
      return (page.Contents ?? []).flatMap(({ Key, LastModified }) =>
        Key === undefined || LastModified === undefined
          ? []
          : [{ key: Key.slice(this.#folder.length), storedAtMs: LastModified.getTime() }],
      );
    } catch (error) {
      throw this.#failure(error, `list blobs under ${prefix}`);
    }
  }

  #place(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#folder + requireBlobKey(key) };
  }

  #failure(error: unknown, action: string): TidemarkError {
    return awsFailure(error, { code: 'BLOB', action, resource: `bucket ${this.#bucket}` });
  }
}
