import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileBlobStore } from '../../../adapters/file/blob-store.ts';
import { fileFailure } from '../../../adapters/file/file-failure.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidemark-file-'));
});

afterEach(() => rm(root, { recursive: true }));

async function killOneWriter(afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(__dirname, '../../support/endless-writer.ts'), root], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  // Counted from its first write, so that it is killed at work and not while it starts.
  while (child.exitCode === null && (await readdir(root)).length === 0) await wait(5);
  await wait(afterMs);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

describe('FileBlobStore', () => {
  it('has only whole blobs after its process was killed in the middle of writing', async () => {
    for (const afterMs of [40, 55, 71, 90]) await killOneWriter(afterMs);
    const store = new FileBlobStore(root);
    const keys = await store.list('blobs/');
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) {
      const bytes = await store.get(key);
      expect(bytes?.length).toBe(256 * 1024);
      expect(bytes?.every((byte) => byte === bytes[0])).toBe(true);
    }
  });

  it('never lists what an unfinished write has left', async () => {
    await mkdir(join(root, '.tmp'));
    await writeFile(join(root, '.tmp', 'unfinished'), 'half');
    const store = new FileBlobStore(root);
    await store.putIfAbsent('a/key', new Uint8Array([1]));
    expect(await store.list('')).toEqual(['a/key']);
    expect(await readdir(join(root, '.tmp'))).toEqual(['unfinished']);
  });

  it('leaves no temporary file behind, whether it stored, lost or failed', async () => {
    const store = new FileBlobStore(root);
    await store.putIfAbsent('a/key', new Uint8Array([1]));
    await store.putIfAbsent('a/key', new Uint8Array([2]));
    await expect(store.putIfAbsent('a', new Uint8Array([3]))).rejects.toMatchObject({ kind: 'invalid' });
    await expect(store.putIfAbsent('a/key/below', new Uint8Array([3]))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BLOB_UNAVAILABLE',
    });
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
  });

  it('sees what another store on the same folder has written', async () => {
    await new FileBlobStore(root).putIfAbsent('a/key', new Uint8Array([1]));
    expect(await new FileBlobStore(root).putIfAbsent('a/key', new Uint8Array([2]))).toBe('exists');
  });

  it('lists nothing in a folder that does not exist yet', async () => {
    expect(await new FileBlobStore(join(root, 'not', 'yet')).list('')).toEqual([]);
  });

  it('reports a folder that it cannot write to as unavailable, with its cause', async () => {
    await writeFile(join(root, 'file'), '');
    const store = new FileBlobStore(join(root, 'file', 'below'));
    await expect(store.putIfAbsent('key', new Uint8Array())).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BLOB_UNAVAILABLE',
      cause: { code: 'ENOTDIR' },
    });
  });

  it('says what to do when the disk is full', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(fileFailure(error, 'write blob a/key', { key: 'a/key' })).toMatchObject({
      kind: 'unavailable',
      code: 'BLOB_UNAVAILABLE',
      message: 'could not write blob a/key: ENOSPC: no space left on device, write; the disk is full: free some space',
      cause: error,
    });
  });
});
