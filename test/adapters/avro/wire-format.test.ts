import { describe, expect, it } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { readConfluent, readGlue } from '../../../adapters/avro/wire-format.ts';

const UUID = '12345678-9abc-def0-1234-56789abcdef0';
const glue = (compression: number, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([3, compression]), Buffer.from(UUID.replaceAll('-', ''), 'hex'), payload]);

describe("Confluent's wire format", () => {
  it('is a zero, four bytes of schema id, and Avro', () => {
    expect(readConfluent(Buffer.from([0, 0, 0, 1, 2, 7, 8]))).toEqual({
      schemaId: '258',
      payload: Buffer.from([7, 8]),
    });
    expect(readConfluent(Buffer.from([0, 255, 255, 255, 255]))).toEqual({
      schemaId: '4294967295',
      payload: Buffer.alloc(0),
    });
  });

  it.each([[[]], [[0, 0, 0, 1]], [[1, 0, 0, 0, 1, 7]], [[...Buffer.from('{"a":1}')]]])('is not %j', (bytes) => {
    expect(() => readConfluent(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ kind: 'data', code: 'FRAME_INVALID' }),
    );
  });
});

describe("Glue's wire format", () => {
  it('is a three, the compression, a UUID, and Avro', () => {
    expect(readGlue(glue(0, Buffer.from([7])))).toEqual({ schemaId: UUID, payload: Buffer.from([7]) });
    expect(readGlue(glue(5, deflateSync(Buffer.from('avro'))))).toEqual({
      schemaId: UUID,
      payload: Buffer.from('avro'),
    });
  });

  it('is not a bomb', () => {
    expect(() => readGlue(glue(5, deflateSync(Buffer.alloc(17 * 1024 * 1024))))).toThrow(
      expect.objectContaining({
        code: 'FRAME_INVALID',
        message: expect.stringContaining('zlib of at most 16777216 bytes'),
      }),
    );
  });

  it.each<[string, Buffer]>([
    ['an empty record', Buffer.alloc(0)],
    ['a record of another version', glue(0, Buffer.alloc(0)).fill(2, 0, 1)],
    ['an unknown compression', glue(4, Buffer.from([7]))],
    ['half a UUID', glue(0, Buffer.alloc(0)).subarray(0, 17)],
    ['broken zlib', glue(5, Buffer.from('broken'))],
  ])('is not %s', (_, data) => {
    expect(() => readGlue(data)).toThrow(expect.objectContaining({ kind: 'data', code: 'FRAME_INVALID' }));
  });
});
