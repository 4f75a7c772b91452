import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ndjsonInput } from '../../local/inputs/ndjson.ts';

describe('a file as input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-ndjson-'));
  const path = join(folder, 'in.ndjson');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read from any position to any other', async () => {
    writeFileSync(path, '{"k":1}\n\nx\n{"k":2}\n');
    const input = await ndjsonInput(path, 'k');
    const records: string[] = [];
    for await (const piece of input.read(1, 3))
      records.push(...piece.map(({ partitionKey, data }) => `${partitionKey} ${Buffer.from(data).toString()}`));
    expect(input.length).toBe(3);
    expect(records).toEqual(['unparsable x', '2 {"k":2}']);
  });

  it('gives the same records from Windows, with blank lines, and packed', async () => {
    const read = async (bytes: Uint8Array): Promise<unknown> => {
      writeFileSync(path, bytes);
      const { length, read: readFrom } = await ndjsonInput(path, 'k');
      const records: string[] = [];
      for await (const piece of readFrom(0, length))
        records.push(...piece.map(({ partitionKey, data }) => `${partitionKey} ${Buffer.from(data).toString()}`));
      return { length, records };
    };
    const plain = await read(Buffer.from('{"k":"a"}\n{"k":"é"}\n'));
    const windows = Buffer.from('\ufeff{"k":"a"}\r\n\r\n   \r\n{"k":"é"}');
    expect(plain).toEqual({ length: 2, records: ['a {"k":"a"}', 'é {"k":"é"}'] });
    expect(await read(windows)).toEqual(plain);
    expect(await read(gzipSync(windows))).toEqual(plain);
  });

  it('holds no records when it is blank', async () => {
    writeFileSync(path, '\n \r\n');
    expect(await ndjsonInput(path, 'k')).toMatchObject({ length: 0 });
  });

  it('is another input when its content has changed', async () => {
    writeFileSync(path, 'a\n');
    const { identity } = await ndjsonInput(path, 'k');
    expect((await ndjsonInput(path, 'k')).identity).toBe(identity);
    writeFileSync(path, 'b\n');
    expect((await ndjsonInput(path, 'k')).identity).not.toBe(identity);
  });

  it('is refused as a whole when a line is too large for the stream', async () => {
    writeFileSync(path, `a\n${'x'.repeat(1_048_577)}\n`);
    await expect(ndjsonInput(path, 'k')).rejects.toMatchObject({
      message: 'line 2 must be at most 1048576 bytes, got 1048577; Kinesis takes no larger record, split it',
    });
  });

  it('must be there', async () => {
    await expect(ndjsonInput(join(folder, 'none'), 'k')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INPUT_NOT_FOUND',
    });
    await expect(ndjsonInput(join(path, 'below'), 'k')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INPUT_NOT_FOUND',
    });
    await expect(ndjsonInput(folder, 'k')).rejects.toMatchObject({ kind: 'invalid', code: 'INPUT_NOT_FOUND' });
  });
});
