import { describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCbor, encodeCbor } from '../../../local/emulators/kinesis/cbor.ts';
import { kinesisServer } from '../../../local/emulators/kinesis/server.ts';

describe('CBOR', () => {
  it.each([0, 23, 24, 1_000_000_000_000, -1, -500, 0.5, true, false, null, '', 'ä', [], [1, ['x']], { a: { b: [1] } }])(
    'reads what it wrote: %j',
    (value) => expect(decodeCbor(encodeCbor(value))).toEqual(value),
  );

  it('reads lengths of every size, and maps, lists and texts of unknown length', () => {
    expect(
      decodeCbor(
        Buffer.from(
          'bf6161' + '9f01' + '1818' + '1901f4' + '1a000f4240' + 'ff' + '6162' + '7f61786179ff' + 'ff',
          'hex',
        ),
      ),
    ).toEqual({
      a: [1, 24, 500, 1_000_000],
      b: 'xy',
    });
    expect(decodeCbor(Buffer.from('5f41014102ff', 'hex'))).toEqual(Buffer.from([1, 2]));
  });

  it.each(['', '61', '5a', 'bf6161', '1c', 'f8', '81'.repeat(40), '9bffffffffffffffff'])(
    'refuses what is none: %s',
    (hex) => expect(() => decodeCbor(Buffer.from(hex, 'hex'))).toThrow(SyntaxError),
  );

  it('is what a client may speak with the server instead of JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-cbor-'));
    const server = kinesisServer(folder);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const call = async <T>(name: string, members: object): Promise<T> => {
      const answer = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-cbor-1.1',
          'x-amz-target': `Kinesis_20131202.${name}`,
          authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c',
        },
        body: new Uint8Array(encodeCbor(members)),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      return (body.length === 0 ? undefined : decodeCbor(body)) as T;
    };
    try {
      const StreamName = 's';
      await call('CreateStream', { StreamName, ShardCount: 1 });
      const before = Date.now();
      await call('PutRecord', { StreamName, PartitionKey: 'k', Data: Buffer.from([0, 255]) });
      const place = {
        StreamName,
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'AT_TIMESTAMP',
        Timestamp: new Date(before),
      };
      const { ShardIterator } = await call<{ readonly ShardIterator: string }>('GetShardIterator', place);
      const { Records } = await call<{ readonly Records: ReadonlyArray<Record<string, unknown>> }>('GetRecords', {
        ShardIterator,
      });
      expect(Records[0]?.['Data']).toEqual(Buffer.from([0, 255]));
      expect(Records[0]?.['ApproximateArrivalTimestamp']).toBeGreaterThanOrEqual(before);
      expect(await call('GetRecords', { ShardIterator: 'x' })).toMatchObject({ __type: 'InvalidArgumentException' });
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    }
  });
});
