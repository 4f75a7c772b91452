/** Schemas of the kinds that are compiled, and some that are not. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as classic from 'zod';
import * as z from 'zod/mini';

interface Tree {
  readonly name: string;
  readonly below: readonly Tree[];
}
const Recursive: z.ZodMiniType<Tree> = z.object({
  name: z.string(),
  get below() {
    return z.array(Recursive);
  },
}) as z.ZodMiniType<Tree>;

const Moment = z.union([
  z.int(),
  z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text) => Date.parse(text)),
  ),
]);

export const SCHEMAS: Readonly<Record<string, StandardSchemaV1>> = {
  flat: z.object({
    a: z.string().check(z.regex(/^[a-z~;"]*$/)),
    b: z.int().check(z.nonnegative()),
    c: z.boolean(),
    d: z.number(),
  }),
  checks: z.object({
    a: z.string().check(z.regex(/[a-z]/g)),
    b: z.number().check(z.gt(0), z.lt(8)),
    c: z.optional(z.union([z.iso.date(), z.email(), z.stringFormat('even', (text) => text.length % 2 === 0)])),
    d: z.int().check(
      z.gte(-1),
      z.lte(7),
      z.refine((n) => n !== 1),
    ),
  }),
  moments: z.object({ a: Moment, b: z.nullable(Moment), c: z.optional(Moment), d: z.optional(z.nullable(z.string())) }),
  defaults: z.object({
    a: z._default(z.string(), 'none'),
    b: z.prefault(z.int(), 7),
    c: z.catch(z.boolean(), false),
    d: z.optional(z._default(z.int(), 3)),
  }),
  strict: z.strictObject({ a: z.string(), b: z.optional(z.int()), c: z.exactOptional(z.boolean()) }),
  loose: z.looseObject({ a: z.string(), b: z.optional(z.unknown()) }),
  others: z.catchall(
    z.object({ b: z.optional(z.int()) }),
    z.union([z.int(), z.optional(z.string()), z.any().check(z.refine((given) => given === null))]),
  ),
  nested: z.object({
    a: z.array(z.object({ b: z.int(), c: z.optional(z.enum(['x', 'y'])) })),
    b: z.literal(['x', 1, null]),
    d: z.tuple([z.string(), z.int()]),
  }),
  unions: z.object({
    a: z.union([z.object({ b: z.int() }), z.strictObject({ b: z.string() }), z.optional(z.string())]),
    b: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('x'), a: z.int() }),
      z.object({ kind: z.literal('y') }),
    ]),
    c: z.xor([z.int(), z.string(), z.literal('x')]),
    d: z.any(),
  }),
  transforms: z.object({
    a: z.pipe(
      z.string(),
      z.transform((text, context) => {
        if (text.length > 3) context.issues.push({ code: 'custom', message: 'too long', input: text });
        return text === 'x' ? undefined : text.length;
      }),
    ),
    b: z.pipe(
      z.unknown(),
      z.transform((given) => typeof given),
    ),
    toString: z.optional(z.string()),
  }),
  halfOptional: z.object({
    a: z.pipe(
      z.optional(z.string()),
      z.transform((text) => text ?? 'absent'),
    ),
  }),
  classic: classic
    .object({
      a: classic.string().trim().toLowerCase().min(1).max(20),
      b: classic.coerce.number().int().optional(),
      c: classic.url().or(classic.iso.date()),
      d: classic.array(classic.number().multipleOf(0.5)).min(1).readonly(),
    })
    .refine(({ a, d }) => a.length > d.length, { message: 'too many', path: ['d'] }),
  recursive: Recursive,
  record: z.record(z.string(), z.int()),
  wrapped: z.readonly(
    z.object({
      a: z.nonoptional(z.optional(z.string())),
      b: z._default(z.readonly(z.array(z.int())), [1]),
      c: z.readonly(z.record(z.string(), z.nullable(z.object({ b: z.optional(z.int()) })))),
      d: z.prefault(z.union([z.null(), z._default(z.string(), 'x')]), null),
    }),
  ),
  tagged: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal(['x', 'z']), a: z.int() }),
    z.strictObject({ kind: z.literal('y'), b: z.optional(z.string()) }),
    z.object({ kind: z.null(), c: z.tuple([z.int(), z.object({ b: z.int() })]) }),
  ]),
};

/** Records that a schema takes, or nearly, from which others are made by changing them. */
export const TAKEN: Readonly<Record<string, readonly string[]>> = {
  flat: [
    '{"a":"x~;~","b":1,"c":true,"d":1.5}',
    '{"d":-0,"c":false,"b":0,"a":"","e":[1]}',
    '{"a":"x","a":"y","b":1,"c":true,"d":5e-324}',
  ],
  checks: [
    '{"a":"x","b":7.5,"c":"2001-01-01","d":7}',
    '{"d":-1,"a":"y","b":5e-324,"c":"a@b.ch"}',
    '{"a":"xyz","b":1,"d":0}',
  ],
  moments: [
    '{"a":1,"b":null}',
    '{"a":"2001-01-01T00:01:00.000Z","b":"2001-01-01T00:01:00+01:00","c":7,"d":null}',
    '{"d":"x","b":2,"a":3}',
  ],
  defaults: ['{}', '{"a":"x","b":1,"c":"no","d":4}', '{"c":true,"a":"y"}'],
  strict: ['{"a":"x"}', '{"b":1,"a":"x","c":true}'],
  loose: ['{"a":"x","b":null,"e":[{}]}', '{"e":1,"a":"x"}'],
  others: ['{"a":"x","b":1,"c":7}', '{"d":null,"toString":"y","b":2}'],
  nested: ['{"a":[],"b":"x","d":["x",1]}', '{"a":[{"b":1,"c":"x"},{"b":2}],"b":null,"d":["",0]}'],
  unions: [
    '{"a":{"b":1},"b":{"kind":"x","a":1},"c":1,"d":0}',
    '{"a":{"b":"x"},"b":{"kind":"y"},"c":"y","d":null}',
    '{"b":{"kind":"y"},"c":1,"d":[]}',
    '{"b":{"kind":"y"},"c":1}',
  ],
  transforms: ['{"a":"ab","b":null,"c":1}', '{"a":"x","b":[1],"toString":"y"}'],
  halfOptional: ['{}', '{"a":"x"}'],
  classic: ['{"a":"  Abc ","c":"2001-01-01","d":[0.5]}', '{"a":"abc","b":"7","c":"https://a.b/c","d":[1,2]}'],
  recursive: ['{"name":"x","below":[]}', '{"name":"x","below":[{"name":"y","below":[{"below":[],"name":"z"}]}]}'],
  record: ['{}', '{"a":1,"b":2}'],
  wrapped: ['{"a":"x","b":[1,7],"c":{"a":null,"b":{"b":1},"toString":{}},"d":null}', '{"c":{},"a":"y","d":"x"}'],
  tagged: [
    '{"kind":"x","a":1}',
    '{"a":7,"kind":"z","b":"x"}',
    '{"kind":"y","b":"x"}',
    '{"kind":"y"}',
    '{"kind":null,"c":[1,{"b":1}]}',
  ],
};
