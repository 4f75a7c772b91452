import { describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as z from 'zod/mini';
import { REJECTED } from '../../../engine/schema/accept.ts';
import { compileSchema, quickly } from '../../../engine/schema/compile-schema.ts';
import { compareDecoding } from '../../fuzz/compare.ts';
import { SCHEMAS } from '../../fuzz/schemas.ts';

describe('a compiled schema', () => {
  it('gives the record, or the dead letter with the text, that the schema itself gives', () => {
    const { accepted, refused } = compareDecoding(15_000, 1);
    expect(accepted).toBeGreaterThan(1_000);
    for (const code of ['SCHEMA_MISMATCH', 'NOT_JSON', 'NOT_UTF8', 'TOO_DEEP', 'FORBIDDEN_NAME', 'EMPTY'])
      expect([code, refused[code]]).toEqual([code, expect.any(Number)]);
  });

  it.each([
    'flat',
    'moments',
    'strict',
    'loose',
    'others',
    'nested',
    'unions',
    'transforms',
    'classic',
    'recursive',
    'checks',
  ])('is made of the schema %s', (name) => {
    expect(compileSchema(SCHEMAS[name] as StandardSchemaV1)).toBeDefined();
  });

  it('takes a valid record without asking the schema', () => {
    const schema = z.object({ a: z.string(), b: z.optional(z.int()) });
    expect(quickly(schema, { c: 1, b: 2, a: 'x' })).toEqual({ a: 'x', b: 2 });
    expect(Object.keys(quickly(schema, { b: 2, a: 'x' }) as object)).toEqual(['a', 'b']);
    expect(quickly(schema, { a: 'x' })).toEqual({ a: 'x' });
    expect(quickly(schema, { b: 2 })).toBe(REJECTED);
  });

  it('is not made of a schema that is not of zod', () => {
    const validate = (value: unknown) => ({ value });
    expect(compileSchema({ '~standard': { version: 1, vendor: 'other', validate } })).toBeUndefined();
  });

  it('leaves an asynchronous check to the schema', () => {
    const schema = z.object({ a: z.string().check(z.refine(() => Promise.resolve(true))) });
    expect(quickly(schema, { a: 'x' })).toBe(REJECTED);
  });
});
