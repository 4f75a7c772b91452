import type { BlobStore } from '../ports.ts';
import type { Body } from './entry.ts';

/** The bytes of a body, wherever they are; undefined when the object is gone. */
export async function readBody(blobs: BlobStore, body: Body): Promise<Uint8Array | undefined> {
  return 'inline' in body ? body.inline : blobs.get(body.blobKey);
}
