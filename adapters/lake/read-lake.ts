import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TidemarkError, messageOf } from '../../engine/errors.ts';
import type { BlobStore } from '../../engine/ports.ts';

const decompress = promisify(gunzip);
/** A commit's lines stay far below; what becomes more was not written by Tidemark [bytes]. */
const MAX_OBJECT_BYTES = 536_870_912;

/**
 * The lines of all objects under `prefix`, in the order of their keys.
 *
 * @example for await (const line of readLake(blobs, 'flights/results/')) count += 1;
 * @throws BLOB_UNAVAILABLE (unavailable) · LAKE_CORRUPT (internal) when an object is not gzip NDJSON
 */
export async function* readLake(blobs: BlobStore, prefix: string): AsyncGenerator<Record<string, unknown>> {
  for (const key of await blobs.list(prefix)) {
    const bytes = await blobs.get(key);
    if (bytes === undefined) {
      throw new TidemarkError(
        'unavailable',
        'BLOB_UNAVAILABLE',
        `object ${key} was deleted while the lake was being read; read again`,
        { context: { key } },
      );
    }
    yield* await parseObject(key, bytes);
  }
}

async function parseObject(key: string, bytes: Uint8Array): Promise<Array<Record<string, unknown>>> {
  try {
    const lines = (await decompress(bytes, { maxOutputLength: MAX_OBJECT_BYTES })).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch (error) {
    throw new TidemarkError(
      'internal',
      'LAKE_CORRUPT',
      `object ${key} must be gzip NDJSON, got something else (${messageOf(error)}); move it out of the lake`,
      { context: { key }, cause: error },
    );
  }
}
