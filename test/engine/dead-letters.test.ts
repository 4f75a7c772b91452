import { describe, expect, it } from '@jest/globals';
import { sum } from '../../engine/index.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { z } from 'zod/mini';
import { ANYTHING, reading, record, topologyOf, type TopologySettings } from './support/readings.ts';
import { Partition } from './support/state.ts';

const text = (body: unknown): string => JSON.stringify(body);
const nested = (depth: number): string => `{"key":"a","timeMs":0,"value":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const garbage = Uint8Array.from({ length: 1_048_576 }, (_, i) => (i * 2_654_435_761) >>> 24);
const throws = (thrown: unknown): TopologySettings => ({
  timestampExtractor: () => {
    throw thrown;
  },
});
const aggregating = (thrown: unknown): TopologySettings => ({
  aggregates: {
    n: {
      ...sum('value'),
      extract: ({ key }) => {
        if (key === 'a') throw thrown;
        return 1;
      },
    },
  },
});

/** Runs the code for all keys but c. */
const schemaThat = (run: () => unknown): TopologySettings => ({
  schema: z.object({
    key: z.string().check(z.refine((key) => key === 'c' || run())),
    timeMs: z.number(),
    value: z.number(),
  }),
});

interface BadInput {
  readonly what: string;
  readonly code: string;
  readonly body: string | Uint8Array;
  readonly key?: string;
  readonly settings?: TopologySettings;
}

const LOOSE: TopologySettings = { schema: ANYTHING };

const BAD: readonly BadInput[] = [
  { what: 'an empty body', code: 'EMPTY', body: '' },
  { what: 'bytes that are no UTF-8', code: 'NOT_UTF8', body: Uint8Array.of(0x7b, 0xff, 0x7d) },
  { what: '1 MiB of garbage', code: 'NOT_UTF8', body: garbage },
  { what: '1 MiB of text', code: 'NOT_JSON', body: 'garbage '.repeat(131_072) },
  { what: 'no JSON', code: 'NOT_JSON', body: 'key=a' },
  { what: 'half a document', code: 'NOT_JSON', body: '{"key":"a"' },
  { what: 'NaN, which is no JSON', code: 'NOT_JSON', body: '{"key":"a","timeMs":NaN,"value":1}' },
  { what: '5,000 levels of nesting', code: 'TOO_DEEP', body: nested(5_000) },
  { what: '5,000 levels of nesting that never end', code: 'TOO_DEEP', body: '{"a":'.repeat(5_000) },
  {
    what: 'a key __proto__',
    code: 'FORBIDDEN_NAME',
    key: '__proto__',
    body: text({ key: '__proto__', timeMs: 0, value: 1 }),
  },
  {
    what: 'a field __proto__',
    code: 'FORBIDDEN_NAME',
    body: '{"key":"a","timeMs":0,"value":1,"__proto__":{"value":2}}',
  },
  {
    what: 'a key __proto__ written with escapes',
    code: 'FORBIDDEN_NAME',
    key: '__proto__',
    body: '{"key":"\\u005f_proto__","timeMs":0,"value":1}',
  },
  {
    what: 'a field __proto__ written with escapes',
    code: 'FORBIDDEN_NAME',
    body: '{"key":"a","timeMs":0,"value":1,"deep":[{"__pr\\u006fto__":{"value":2}}]}',
  },
  { what: 'a wrong type', code: 'SCHEMA_MISMATCH', body: text({ key: 'a', timeMs: 0, value: '1' }) },
  { what: 'null', code: 'SCHEMA_MISMATCH', body: 'null' },
  { what: 'a list', code: 'SCHEMA_MISMATCH', body: '[]' },
  { what: 'no timestamp', code: 'SCHEMA_MISMATCH', body: text({ key: 'a', value: 1 }) },
  { what: 'a timestamp of 1e400', code: 'SCHEMA_MISMATCH', body: '{"key":"a","timeMs":1e400,"value":1}' },
  {
    what: 'no timestamp, past a schema that lets it through',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', value: 1 }),
    settings: LOOSE,
  },
  {
    what: 'a timestamp of 1e400, past a schema that lets it through',
    code: 'EVENT_TIME_INVALID',
    body: '{"key":"a","timeMs":1e400,"value":1}',
    settings: LOOSE,
  },
  {
    what: 'a timestamp of -1e400',
    code: 'EVENT_TIME_INVALID',
    body: '{"key":"a","timeMs":-1e400,"value":1}',
    settings: LOOSE,
  },
  {
    what: 'a timestamp that is text',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: '5\n'.repeat(1_000), value: 1 }),
    settings: LOOSE,
  },
  {
    what: 'a timestamp of NaN',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: { timestampExtractor: () => NaN },
  },
  { what: 'a timestamp with a fraction', code: 'EVENT_TIME_INVALID', body: text({ key: 'a', timeMs: 0.5, value: 1 }) },
  {
    what: 'a timestamp in the year 275760',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: 8_640_000_000_000_001, value: 1 }),
  },
  {
    what: 'the last moment of all dates',
    code: 'EVENT_TIME_IN_FUTURE',
    body: text({ key: 'a', timeMs: 8_640_000_000_000_000, value: 1 }),
  },
  {
    what: 'a timestamp before all dates',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: -8_640_000_000_000_001, value: 1 }),
  },
  {
    what: 'a timestamp 1 ms too far ahead of its arrival',
    code: 'EVENT_TIME_IN_FUTURE',
    body: text({ key: 'a', timeMs: 2_001, value: 1 }),
  },
  {
    what: 'a timestamp extractor that throws',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: throws(new Error('line 1\nline 2\u0007'.repeat(500))),
  },
  {
    what: 'a timestamp extractor that throws what has no text',
    code: 'EVENT_TIME_INVALID',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: throws(Object.create(null)),
  },
  ...[new Error('bad'), Object.create(null), undefined].map((thrown, i) => ({
    what: `a schema whose code throws ${['an error', 'what has no text', 'nothing'][i]}`,
    code: 'USER_CODE',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: schemaThat(() => {
      throw thrown;
    }),
  })),
  { what: 'a key that is missing', code: 'KEY_INVALID', body: text({ timeMs: 0, value: 1 }), settings: LOOSE },
  {
    what: 'a key that is a list',
    code: 'KEY_INVALID',
    body: text({ key: ['a'], timeMs: 0, value: 1 }),
    settings: LOOSE,
  },
  { what: 'an empty key', code: 'KEY_INVALID', key: '', body: text({ key: '', timeMs: 0, value: 1 }) },
  {
    what: 'a key with a lone surrogate',
    code: 'KEY_INVALID',
    key: '\ud83d',
    body: '{"key":"\\ud83d","timeMs":0,"value":1}',
  },
  {
    what: 'a key of 2,049 bytes',
    code: 'KEY_INVALID',
    key: 'x'.repeat(2_049),
    body: text({ key: 'x'.repeat(2_049), timeMs: 0, value: 1 }),
  },
  {
    what: 'a key of 1,025 letters with 2 bytes each',
    code: 'KEY_INVALID',
    key: 'é'.repeat(1_025),
    body: text({ key: 'é'.repeat(1_025), timeMs: 0, value: 1 }),
  },
  {
    what: 'a key that is not the partition key (PL-26)',
    code: 'KEY_MISMATCH',
    key: 'b',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
  },
  {
    what: 'a field that is no number, past a schema that lets it through',
    code: 'NOT_A_NUMBER',
    body: text({ key: 'a', timeMs: 0, value: 'x'.repeat(1_000) }),
    settings: LOOSE,
  },
  {
    what: 'a number beyond all doubles',
    code: 'NOT_A_NUMBER',
    body: '{"key":"a","timeMs":0,"value":1e400}',
    settings: LOOSE,
  },
  {
    what: 'an aggregate that throws',
    code: 'USER_CODE',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: aggregating(new Error('\u0000bad\r\n'.repeat(500))),
  },
  {
    what: 'an aggregate that throws what has no text',
    code: 'USER_CODE',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: aggregating(Object.create(null)),
  },
  {
    what: 'an aggregate that throws nothing',
    code: 'USER_CODE',
    body: text({ key: 'a', timeMs: 0, value: 1 }),
    settings: aggregating(undefined),
  },
];

function bad({ body, key = 'a' }: BadInput): SourceRecord {
  return record(2, body, { partitionKey: key, subSequence: 3 });
}

describe.each(BAD)('$what', (input) => {
  const before = reading(1, 'c', 0);
  const after = reading(3, 'c', 0);

  it(`becomes a dead letter with offset, reason ${input.code} and original bytes, and the rest goes on`, () => {
    const faulty = bad(input);
    const { timestampExtractor, ...settings } = input.settings ?? {};
    // Only the bad record meets the faulty extractor.
    const topology = topologyOf({
      ...settings,
      timestampExtractor: (value) => (value.key === 'c' ? 0 : (timestampExtractor ?? (({ timeMs }) => timeMs))(value)),
    });
    const partition = new Partition(topology);
    const { deadLetters, lateRecords } = partition.process(before, faulty, after);
    expect(deadLetters.map(({ data, ...rest }) => ({ ...rest, isOriginal: data === faulty.data }))).toEqual([
      {
        offset: 2n,
        subSequence: 3,
        partitionKey: input.key ?? 'a',
        arrivalTimeMs: 1_000,
        code: input.code,
        reason: expect.any(String),
        isOriginal: true,
      },
    ]);
    expect(lateRecords).toEqual([]);
    expect(partition.state).toMatchObject({
      reached: 3n,
      watermarkMs: 0,
      counters: { recordsIn: 3, counted: 2, late: 0, deadLetters: 1 },
    });
    expect([...(partition.state.tables[0]?.groups.get(0)?.keys() ?? [])]).toEqual(['c']);
  });

  it('has a reason of one line, without the payload and without control characters', () => {
    const { deadLetters } = new Partition(topologyOf(input.settings)).process(bad(input));
    const reason = deadLetters[0]?.reason ?? '';
    expect(reason.length).toBeLessThanOrEqual(400);
    expect(reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(reason).not.toContain('x'.repeat(201));
    expect(reason).toMatch(/^[a-zA-Z ]+ must (?:(?!, got ).)*, got .*; .+$/);
  });
});

describe('the headers of a record', () => {
  it('are kept with a late record and a dead letter, and not even read of what is counted', () => {
    const named = (name: string, of: SourceRecord): SourceRecord => ({ ...of, headers: () => [{ name, text: 'x' }] });
    const unread = (of: SourceRecord): SourceRecord => ({
      ...of,
      headers: () => {
        throw new Error('read');
      },
    });
    const { lateRecords, deadLetters } = new Partition(topologyOf()).process(
      unread(reading(1, 'a', 25)),
      named('late', reading(2, 'a', 3)),
      named('dead', record(3, 'no json')),
      reading(4, 'a', 4),
    );
    expect(lateRecords.map(({ headers }) => headers)).toEqual([[{ name: 'late', text: 'x' }], undefined]);
    expect(deadLetters.map(({ headers }) => headers)).toEqual([[{ name: 'dead', text: 'x' }]]);
  });
});
