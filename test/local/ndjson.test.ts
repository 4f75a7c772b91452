import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndjsonInput } from '../../local/inputs/ndjson.ts';

describe('a file as input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-ndjson-'));
  const path = join(folder, 'in.ndjson');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read from any position to any other', async () => {
    writeFileSync(path, '{"k":1}\n\nx\n{"k":2}\n');
    const input = await ndjsonInput(path, 'k');
    const records: string[] = [];
    for await (const piece of input.read(1, 4)) records.push(...piece.map(({ partitionKey, data }) => `${partitionKey} ${Buffer.from(data).toString()}`));
    expect(input.length).toBe(4);
    expect(records).toEqual(['unparsable ', 'unparsable x', '2 {"k":2}']);
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
    await expect(ndjsonInput(path, 'k')).rejects.toMatchObject({ message: 'line 2 must be at most 1048576 bytes, got 1048577; Kinesis takes no larger record, split it' });
  });

  it('must be there', async () => {
    await expect(ndjsonInput(join(folder, 'none'), 'k')).rejects.toMatchObject({ kind: 'invalid', code: 'INPUT_NOT_FOUND' });
    await expect(ndjsonInput(folder, 'k')).rejects.toMatchObject({ kind: 'invalid', code: 'INPUT_NOT_FOUND' });
  });
});
