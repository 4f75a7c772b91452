import { describe, expect, it } from '@jest/globals';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { z } from 'zod/mini';
import { decodeRecord } from '../../engine/decode.ts';
import type { Topology } from '../../engine/topology.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { kinesis, count, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import { ANYTHING, reading, record, topologyOf } from './support/readings.ts';

function decode(topology: Topology, given: SourceRecord) {
  const { value, eventTimeMs } = decodeRecord(topology, given, given.arrivalTimeMs);
  return { value, eventTimeMs, key: topology.keyOf(value, given.partitionKey) };
}

const nested = (depth: number): string =>
  `{"key":"a","timeMs":0,"value":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('a good record', () => {
  it('comes with value, key and event time', () => {
    expect(decode(topologyOf(), reading(1, 'a', 5, 7))).toEqual({
      value: { key: 'a', timeMs: 5, value: 7 },
      key: 'a',
      eventTimeMs: 5,
    });
  });

  it.each([
    ['a key of 2,048 bytes', 'x'.repeat(2_048)],
    ['a key of emoji', '😀'.repeat(512)],
    ['a key that is the name of a method', 'constructor'],
    ['a key with control characters', 'a\0\n'],
  ])('may have %s', (_, key) => {
    expect(decode(topologyOf(), reading(1, key, 5)).key).toBe(key);
  });

  it('may have a number as its key, which the producer wrote as text', () => {
    const topology = pipeline('numbers')
      .source(kinesis({ stream: 's', partitionKey: 'value', schema: ANYTHING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable()).topology;
    expect(decode(topology, record(1, '{"timeMs":0,"value":12}', { partitionKey: '12' })).key).toBe('12');
  });

  it('may be nested 64 deep, not 65', () => {
    const topology = topologyOf({ schema: ANYTHING });
    expect(decode(topology, record(1, nested(64))).key).toBe('a');
    expect(() => decode(topology, record(1, nested(65)))).toThrow(
      expect.objectContaining({
        code: 'TOO_DEEP',
        message: 'record must be nested at most 64 deep, got more; flatten it',
      }),
    );
  });

  it('may have any brackets in its text', () => {
    const key = `${'['.repeat(200)}"\\${'{'.repeat(200)}`;
    expect(decode(topologyOf(), reading(1, key, 5)).key).toBe(key);
  });

  it('may begin with a byte order mark', () => {
    expect(decode(topologyOf(), record(1, '\ufeff{"key":"a","timeMs":0,"value":1}')).key).toBe('a');
  });

  it('may be exactly maxClockSkewMs ahead of its arrival (PL-14)', () => {
    expect(decode(topologyOf(), reading(1, 'a', 2_000)).eventTimeMs).toBe(2_000);
  });
});

describe('the reason of a dead letter says', () => {
  it.each([
    { code: 'EMPTY', body: '', reason: 'record must have a body, got 0 bytes; send one JSON object' },
    { code: 'NOT_JSON', body: 'abc', reason: 'record must be JSON, got 3 bytes that are not; send one JSON object' },
    {
      code: 'NOT_UTF8',
      body: Uint8Array.of(0xff),
      reason: 'record must be UTF-8, got 1 bytes that are not; send one JSON object',
    },
    {
      code: 'FORBIDDEN_NAME',
      body: '{"__proto__":1}',
      reason: 'record must not use the name __proto__, got it; rename the field or value',
    },
    {
      code: 'SCHEMA_MISMATCH',
      body: '{"key":5,"timeMs":0,"value":1}',
      reason: expect.stringMatching(/^record must match the schema, got a wrong key: .+; correct the producer$/),
    },
    {
      code: 'KEY_MISMATCH',
      body: '{"key":"b","timeMs":0,"value":1}',
      reason: "key must equal the record's partition key, got another; use key as partition key in the producer",
    },
    {
      code: 'KEY_INVALID',
      body: '{"key":"","timeMs":0,"value":1}',
      reason: 'key must be 1 to 2048 bytes of valid text, got 0 characters; correct the producer',
    },
    {
      code: 'EVENT_TIME_INVALID',
      body: '{"key":"a","timeMs":0.5,"value":1}',
      reason: 'event time must be a whole number of ms since 1970 that a date can show, got 0.5; correct the producer',
    },
    {
      code: 'EVENT_TIME_IN_FUTURE',
      body: '{"key":"a","timeMs":2001,"value":1}',
      reason: "event time must be at most 1000 ms after arrival, got 1001 ms; set the producer's clock",
    },
    {
      code: 'EVENT_TIME_INVALID',
      body: '{"key":"a","timeMs":1700000000.5,"value":1}',
      reason:
        'event time must be a whole number of ms since 1970 that a date can show, got 1700000000.5; it looks like seconds: multiply by 1000 in the timestamp extractor',
    },
    {
      code: 'EVENT_TIME_INVALID',
      body: '{"key":"a","timeMs":1700000000000000000,"value":1}',
      reason:
        'event time must be a whole number of ms since 1970 that a date can show, got 1700000000000000000; it looks like nanoseconds: divide by 1000000 in the timestamp extractor',
    },
    {
      code: 'EVENT_TIME_IN_FUTURE',
      body: '{"key":"a","timeMs":1700000000000000,"value":1}',
      reason:
        'event time must be at most 1000 ms after arrival, got 1699999999999000 ms; it looks like microseconds: divide by 1000 in the timestamp extractor',
    },
  ])('$code in words: $body', ({ code, body, reason }) => {
    expect(() => decode(topologyOf(), record(1, body))).toThrow(
      expect.objectContaining({ kind: 'data', code, message: reason }),
    );
  });
});

describe('a compressed record', () => {
  const body = Buffer.from('{"key":"a","timeMs":0,"value":1}');
  it.each<[string, Uint8Array]>([
    ['gzip', gzipSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['zlib', deflateSync(body)],
    ['zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.from([20, 0, 0xff])])],
    ['zip', Buffer.from('PK\u0003\u0004 and nothing that is no text')],
    ['bzip2', Buffer.from([0x42, 0x5a, 0x68, 0x39, 0x31, 0xff])],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
    ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0xff])],
    ['snappy', Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])],
    ['gzip in base64', Buffer.from(gzipSync(body).toString('base64'))],
  ])('is a dead letter that says so: %s', (format, data) => {
    const reason = expect.stringMatching(
      new RegExp(
        `^record must be (UTF-8|JSON), got ${data.length} bytes that begin as ${format} does; send one JSON object, not compressed$`,
      ),
    );
    expect(() => decode(topologyOf(), record(1, data))).toThrow(
      expect.objectContaining({ kind: 'data', code: expect.stringMatching(/^NOT_(UTF8|JSON)$/), message: reason }),
    );
  });
});

describe('an event time of 1970', () => {
  it.each([0, 1_000, 1_700_000_000])('is taken: %d ms', (timeMs) => {
    expect(decode(topologyOf(), { ...reading(1, 'a', timeMs), arrivalTimeMs: 1_700_000_000_000 }).eventTimeMs).toBe(
      timeMs,
    );
  });
});

it('refuses a schema that validates asynchronously: a mistake of the pipeline, no dead letter', () => {
  const schema = {
    '~standard': { version: 1 as const, vendor: 'test', validate: () => Promise.resolve({ issues: [] }) },
  };
  expect(() => decode(topologyOf({ schema }), reading(1, 'a', 0))).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      code: 'SCHEMA_IS_ASYNC',
      message: 'schema must validate synchronously, got a promise; remove async refinements',
    }),
  );
});

it.each([
  ['a check', z.object({ key: z.string().check(z.refine(() => Promise.resolve(true))) })],
  [
    'a transform',
    z.object({
      key: z.pipe(
        z.string(),
        z.transform(async (key) => key),
      ),
    }),
  ],
])('refuses a schema of zod of which %s is asynchronous', (_, schema) => {
  expect(() => decode(topologyOf({ schema: schema as never }), reading(1, 'a', 0))).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'SCHEMA_IS_ASYNC' }),
  );
});
