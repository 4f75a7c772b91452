import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3BlobStore } from '../../../adapters/s3/blob-store.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import type { Reply, ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let client: S3Client;
let store: S3BlobStore;

beforeAll(async () => {
  server = await startScriptedServer();
  client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  store = new S3BlobStore({ client, bucket: 'bucket', prefix: 'state' });
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

const refusal = (status: number, code: string): Reply => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>from the script</Message></Error>`,
});

function page(keys: readonly string[], next?: string): Reply {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const token = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return {
    status: 200,
    body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${token}${contents}</ListBucketResult>`,
  };
}

describe('S3BlobStore', () => {
  it('writes only where nothing is', async () => {
    server.script({ status: 200, body: '' });
    expect(await store.putIfAbsent('snapshots/1', new Uint8Array([1]))).toBe('stored');
    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      url: expect.stringMatching(/^\/bucket\/state\/snapshots\/1(\?|$)/),
      headers: { 'if-none-match': '*' },
    });
  });

  it('takes a failed precondition for a taken key', async () => {
    server.script(refusal(412, 'PreconditionFailed'));
    expect(await store.putIfAbsent('key', new Uint8Array([1]))).toBe('exists');
  });

  it.each([
    ['two writers at once', refusal(409, 'ConditionalRequestConflict')],
    ['throttling', refusal(503, 'SlowDown')],
    ['a cut connection', 'cut'],
  ] as const)('is unavailable after %s', async (_what, reply) => {
    server.script(reply);
    await expect(store.putIfAbsent('key', new Uint8Array([1]))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BLOB_UNAVAILABLE',
    });
  });

  it('says clearly what will not go away', async () => {
    server.script(refusal(404, 'NoSuchBucket'));
    await expect(store.putIfAbsent('key', new Uint8Array([1]))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'BLOB_REFUSED',
      message: expect.stringMatching(/^bucket bucket must .* got NoSuchBucket: .*; deploy it, or correct its name$/),
    });
    server.script(refusal(403, 'AccessDenied'));
    await expect(store.get('key')).rejects.toMatchObject({ kind: 'invalid', code: 'BLOB_REFUSED' });
  });

  it('reads a blob, and undefined for an absent one', async () => {
    server.script({ status: 200, body: 'bytes' }, refusal(404, 'NoSuchKey'));
    expect(Buffer.from((await store.get('key')) ?? []).toString()).toBe('bytes');
    expect(await store.get('key')).toBeUndefined();
  });

  it('does not take a missing bucket for a missing blob', async () => {
    server.script(refusal(404, 'NoSuchBucket'));
    await expect(store.get('key')).rejects.toMatchObject({ code: 'BLOB_REFUSED' });
  });

  it('lists all pages, without its own prefix', async () => {
    server.script(page(['state/a/1', 'state/a/2'], 'more'), page(['state/a/3']));
    expect(await store.list('a/')).toEqual(['a/1', 'a/2', 'a/3']);
    expect(server.requests.map(({ url }) => new URL(url, 'http://s3').searchParams.get('continuation-token'))).toEqual([
      null,
      'more',
    ]);
    expect(new URL(server.requests[0]?.url ?? '', 'http://s3').searchParams.get('prefix')).toBe('state/a/');
  });

  it('lists the oldest with their times, in one request', async () => {
    const stored = (key: string, time: string) =>
      `<Contents><Key>state/a/${key}</Key><LastModified>${time}</LastModified></Contents>`;
    const contents = stored('1', '2026-01-01T00:00:00.000Z') + stored('2', '2026-01-02T00:00:00.000Z');
    server.script({
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated>${contents}</ListBucketResult>`,
    });
    expect(await store.oldest('a/', 'a/0')).toEqual([
      { key: 'a/1', storedAtMs: Date.UTC(2026, 0, 1) },
      { key: 'a/2', storedAtMs: Date.UTC(2026, 0, 2) },
    ]);
    expect(server.requests).toHaveLength(1);
    const { searchParams } = new URL(server.requests[0]?.url ?? '', 'http://s3');
    expect(searchParams.get('prefix')).toBe('state/a/');
    expect(searchParams.get('start-after')).toBe('state/a/0');
  });

  it('deletes', async () => {
    server.script({ status: 204, body: '' });
    await store.delete('key');
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', url: expect.stringContaining('/bucket/state/key') });
  });
});
