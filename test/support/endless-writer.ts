/** Writes blob after blob into the folder that it is given, until it is killed. */
import { FileBlobStore } from '../../adapters/file/blob-store.ts';

const store = new FileBlobStore(process.argv[2] ?? '', { fsync: false });
for (let i = 0; ; i++) await store.putIfAbsent(`blobs/${process.pid}-${i}`, new Uint8Array(256 * 1024).fill(i % 256));
