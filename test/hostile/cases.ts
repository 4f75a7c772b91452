/** Hostile input, and what must become of it. Each case is one record that a producer puts between two good ones. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { sum, count } from '../../engine/index.ts';
import { ANYTHING, topologyOf, type TopologySettings } from '../engine/support/readings.ts';
import { aggregateOf, sealed } from '../support/aggregate.ts';
import { reading, type Put } from './support.ts';

export interface HostileCase {
  readonly what: string;
  readonly put: Put;
  readonly counted?: number;
  readonly late?: number;
  /** How many dead letters by code. */
  readonly dead?: Readonly<Record<string, number>>;
  readonly settings?: TopologySettings;
}

/** A line of the embedded metric format, as a forger would write it. */
export const FORGED =
  '\n{"_aws":{"CloudWatchMetrics":[{"Namespace":"Tidemark","Dimensions":[[]],"Metrics":[{"Name":"deadLetters"}]}]},"deadLetters":-1}\n';

/** 1 MiB at most that would be 1 GiB: 64 members of 16 MiB behind each other, which both formats allow. */
export const GZIP_BOMB: Uint8Array = Buffer.concat(
  Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16_777_216), { level: 9 })),
);
export const ZSTD_BOMB: Uint8Array = Buffer.concat(Array<Buffer>(64).fill(zstdCompressSync(Buffer.alloc(16_777_216))));

const put = (data: string | Uint8Array, partitionKey = 'a'): Put => ({ partitionKey, data });
const json = (fields: Record<string, unknown>): string => JSON.stringify({ key: 'a', timeMs: 0, value: 1, ...fields });
const keyed = (key: string): Put => ({ ...reading(key, 0), partitionKey: key });
const bytes = (...parts: Array<number | string>): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
const inText = (...broken: number[]): Put => put(bytes('{"key":"a', ...broken, '","timeMs":0,"value":1}'));
const aggregated = (count: number, one: Put): Put => put(aggregateOf(Array.from({ length: count }, () => one)));
const loose = (extra: TopologySettings = {}): TopologySettings => ({ schema: ANYTHING, ...extra });
const throwing = (text: string): TopologySettings => ({
  aggregates: {
    n: count(),
    total: {
      ...sum('value'),
      extract: ({ key }) => {
        if (key === 'a') throw new Error(text);
        return 1;
      },
    },
  },
});

const BOMBS: readonly HostileCase[] = [
  { what: '1 MiB of gzip that inflates to 1 GiB', put: put(GZIP_BOMB), dead: { NOT_UTF8: 1 } },
  { what: 'zstd that inflates to 1 GiB', put: put(ZSTD_BOMB), dead: { NOT_UTF8: 1 } },
  {
    what: 'a gzip bomb inside an aggregated record',
    put: put(aggregateOf([{ partitionKey: 'a', data: GZIP_BOMB }, reading('a', 0)])),
    counted: 1,
    dead: { NOT_UTF8: 1 },
  },
  {
    what: '1 MiB that is one aggregated record of 174,755 empty ones',
    put: aggregated(174_755, put('')),
    dead: { EMPTY: 174_755 },
  },
  { what: 'an aggregated record of 20,001 good ones', put: aggregated(20_001, reading('a', 0)), counted: 20_001 },
  {
    what: 'an aggregated record whose one key would be a hundred gigabytes',
    put: aggregated(100_000, put('', 'k'.repeat(300_000))),
    dead: { AGGREGATE_TOO_LARGE: 1 },
  },
  {
    what: 'an aggregated record inside an aggregated record',
    put: put(aggregateOf([put(aggregateOf([reading('a', 0)]))])),
    dead: { NOT_UTF8: 1 },
  },
  {
    what: 'an aggregated record of a million opened groups',
    put: put(sealed(Buffer.alloc(1_000_000, 0x0b))),
    dead: { AGGREGATE_DAMAGED: 1 },
  },
  { what: 'the magic bytes alone', put: put(bytes(0xf3, 0x89, 0x9a, 0xc2)), dead: { AGGREGATE_DAMAGED: 1 } },
  { what: '100,000 opened brackets', put: put('['.repeat(100_000)), dead: { TOO_DEEP: 1 } },
  {
    what: '100,000 levels of objects inside an aggregated record',
    put: put(aggregateOf([put(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)])),
    dead: { TOO_DEEP: 1 },
  },
  {
    what: '100,000 fields',
    put: put(`{"key":"a","timeMs":0,"value":1${Array.from({ length: 100_000 }, (_, i) => `,"f${i}":${i}`).join('')}}`),
    counted: 1,
  },
  { what: 'a list of 300,000 lists', put: put(`[${'[],'.repeat(300_000)}[]]`), dead: { SCHEMA_MISMATCH: 1 } },
  { what: 'a good record of 1 MiB', put: put(json({ note: 'x'.repeat(1_048_500) })), counted: 1 },
  { what: 'a late record of 1 MiB', put: put(json({ timeMs: -10_000, note: 'x'.repeat(1_048_500) })), late: 1 },
  { what: 'a record of 4 MiB', put: put(json({ note: 'x'.repeat(4_194_304) })), counted: 1 },
  {
    what: 'a number of a million digits',
    put: put(`{"key":"a","timeMs":0,"value":${'9'.repeat(1_000_000)}}`),
    dead: { SCHEMA_MISMATCH: 1 },
  },
];

const NAMES: readonly HostileCase[] = [
  ...['constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', '$ref', 'NaN', 'null', '0'].map((key) => ({
    what: `the key ${key}`,
    put: keyed(key),
    counted: 1,
  })),
  { what: 'the key __proto__', put: keyed('__proto__'), dead: { FORBIDDEN_NAME: 1 } },
  {
    what: 'the key __proto__ inside an aggregated record',
    put: put(aggregateOf([keyed('__proto__'), keyed('constructor')])),
    counted: 1,
    dead: { FORBIDDEN_NAME: 1 },
  },
  {
    what: 'a field __proto__ that would bring a key',
    put: put('{"__proto__":{"key":"a","timeMs":0,"value":1}}'),
    dead: { FORBIDDEN_NAME: 1 },
    settings: loose(),
  },
  {
    what: 'a field constructor that would reach Object.prototype',
    put: put('{"key":"a","timeMs":0,"value":1,"constructor":{"prototype":{"polluted":1}}}'),
    counted: 1,
  },
  {
    what: 'a field twice, of which the last counts',
    put: put('{"key":"b","key":"a","timeMs":0,"value":1}'),
    counted: 1,
  },
  {
    what: 'a field twice, of which the last is not the partition key',
    put: put('{"key":"a","key":"b","timeMs":0,"value":1}'),
    dead: { KEY_MISMATCH: 1 },
  },
  { what: 'a key with a forged metric line', put: keyed(`a${FORGED}`), counted: 1 },
  { what: 'a value with a forged metric line', put: put(json({ value: FORGED })), dead: { SCHEMA_MISMATCH: 1 } },
  { what: 'a partition key with a forged metric line', put: put(json({}), `a${FORGED}`), dead: { KEY_MISMATCH: 1 } },
  {
    what: 'an error text with a forged metric line',
    put: put(json({})),
    dead: { USER_CODE: 1 },
    settings: throwing(FORGED),
  },
  {
    what: 'an error text with the end of a terminal line',
    put: put(json({})),
    dead: { USER_CODE: 1 },
    settings: throwing('\u001b[2J\u001b]0;owned\u0007\u2028x'),
  },
  ...[
    '../../secret',
    '..',
    '.',
    '/',
    'a/../../b',
    '%2e%2e%2f',
    'results/year=1970',
    '.tmp/x',
    'C:\\x',
    'a?x=1&y',
    's3://other/x',
    'a\u0000b',
    '*',
    '🦊',
  ].map((key) => ({ what: `the key ${JSON.stringify(key)}, which is no path`, put: keyed(key), counted: 1 })),
];

const KEYS: readonly HostileCase[] = [
  ...[2_047, 2_048].map((length) => ({ what: `a key of ${length} bytes`, put: keyed('k'.repeat(length)), counted: 1 })),
  ...[2_049, 65_536, 1_000_000].map((length) => ({
    what: `a key that has grown to ${length} bytes`,
    put: keyed('k'.repeat(length)),
    dead: { KEY_INVALID: 1 },
  })),
  { what: 'a key of 683 letters with 3 bytes each', put: keyed('€'.repeat(683)), dead: { KEY_INVALID: 1 } },
  { what: 'an empty key', put: keyed(''), dead: { KEY_INVALID: 1 } },
  {
    what: 'a lone surrogate as a key',
    put: put('{"key":"\\ud800","timeMs":0,"value":1}', '\ud800'),
    dead: { KEY_INVALID: 1 },
  },
  {
    what: 'the key 2^53 + 1 as a number, which would be that of 2^53',
    put: put('{"key":9007199254740993,"timeMs":0,"value":1}', '9007199254740992'),
    dead: { KEY_INVALID: 1 },
    settings: loose(),
  },
  { what: 'the key 2^53 + 1 as text', put: keyed('9007199254740993'), counted: 1 },
  {
    what: 'the key 1e400 as a number',
    put: put('{"key":1e400,"timeMs":0,"value":1}', 'Infinity'),
    dead: { KEY_INVALID: 1 },
    settings: loose(),
  },
  { what: 'a key that is true', put: put(json({ key: true }), 'true'), dead: { KEY_INVALID: 1 }, settings: loose() },
];

const TEXT: readonly HostileCase[] = [
  { what: 'NUL spelled with two bytes', put: inText(0xc0, 0x80), dead: { NOT_UTF8: 1 } },
  { what: 'a slash spelled with three bytes', put: inText(0xe0, 0x80, 0xaf), dead: { NOT_UTF8: 1 } },
  { what: 'a surrogate in UTF-8', put: inText(0xed, 0xa0, 0x80), dead: { NOT_UTF8: 1 } },
  { what: 'a letter that was cut', put: inText(0xe2, 0x82), dead: { NOT_UTF8: 1 } },
  { what: 'a letter beyond Unicode', put: inText(0xf5, 0x80, 0x80, 0x80), dead: { NOT_UTF8: 1 } },
  { what: 'a lone continuation', put: inText(0x80), dead: { NOT_UTF8: 1 } },
  { what: 'UTF-16', put: put(Buffer.from(json({}), 'utf16le')), dead: { NOT_JSON: 1 } },
  { what: 'a byte order mark before good JSON', put: put(`\ufeff${json({})}`), counted: 1 },
  { what: 'a raw line feed inside text', put: put('{"key":"a\n","timeMs":0,"value":1}', 'a\n'), dead: { NOT_JSON: 1 } },
  { what: 'two documents', put: put(`${json({})}\n${json({})}`), dead: { NOT_JSON: 1 } },
  { what: 'nothing', put: put(''), dead: { EMPTY: 1 } },
  { what: 'NaN', put: put('{"key":"a","timeMs":NaN,"value":1}'), dead: { NOT_JSON: 1 } },
];

const time = (what: string, timeMs: unknown, becomes: Pick<HostileCase, 'counted' | 'late' | 'dead'>): HostileCase => ({
  what: `the event time ${what}`,
  put: put(json({ timeMs })),
  ...becomes,
});
const raw = (text: string, code: string, settings?: TopologySettings): HostileCase => ({
  what: `the event time ${text}`,
  put: put(`{"key":"a","timeMs":${text},"value":1}`),
  dead: { [code]: 1 },
  ...(settings === undefined ? {} : { settings }),
});
const TIMES: readonly HostileCase[] = [
  time('0', 0, { counted: 1 }),
  time('-0', -0, { counted: 1 }),
  time('-1', -1, { counted: 1 }),
  time('a moment after the window has closed', -101, { late: 1 }),
  time('the first of all dates', -8_640_000_000_000_000, { late: 1 }),
  time('1 ms before all dates', -8_640_000_000_000_001, { dead: { EVENT_TIME_INVALID: 1 } }),
  time('1 ms beyond the clock skew', 2_001, { dead: { EVENT_TIME_IN_FUTURE: 1 } }),
  time('the last of all dates', 8_640_000_000_000_000, { dead: { EVENT_TIME_IN_FUTURE: 1 } }),
  time('in seconds with a fraction', 0.5, { dead: { EVENT_TIME_INVALID: 1 } }),
  raw('9007199254740993', 'EVENT_TIME_INVALID'),
  raw('1e400', 'EVENT_TIME_INVALID', loose()),
  raw('-1e400', 'EVENT_TIME_INVALID', loose()),
  raw('"1970-01-01"', 'EVENT_TIME_INVALID', loose()),
  raw('null', 'EVENT_TIME_INVALID', loose()),
  raw('{}', 'EVENT_TIME_INVALID', loose()),
  {
    what: 'an event time of NaN from the extractor',
    put: put(json({})),
    dead: { EVENT_TIME_INVALID: 1 },
    settings: { timestampExtractor: ({ key }) => (key === 'a' ? NaN : 0) },
  },
  {
    what: 'an event time of Infinity from the extractor',
    put: put(json({})),
    dead: { EVENT_TIME_INVALID: 1 },
    settings: { timestampExtractor: ({ key }) => (key === 'a' ? Infinity : 0) },
  },
  {
    what: 'a value of 2^53 + 1, which JSON rounds',
    put: put('{"key":"a","timeMs":0,"value":9007199254740993}'),
    counted: 1,
  },
  {
    what: 'the largest double, whose sum would be none',
    put: put(json({ value: Number.MAX_VALUE })),
    dead: { NUMBER_TOO_LARGE: 1 },
  },
  { what: 'a value of 1e287', put: put(json({ value: 1e287 })), counted: 1 },
  { what: 'the smallest double', put: put(json({ value: 5e-324 })), counted: 1 },
  {
    what: 'a value of 1e400',
    put: put('{"key":"a","timeMs":0,"value":1e400}'),
    dead: { NOT_A_NUMBER: 1 },
    settings: loose(),
  },
];

export const CASES: readonly HostileCase[] = [...BOMBS, ...NAMES, ...KEYS, ...TEXT, ...TIMES];

/** Windows of 10 ms, 100 ms of disorder, 1 s of clock skew. */
export const topologyFor = ({ settings }: HostileCase) => topologyOf({ maxOutOfOrdernessMs: 100, ...settings });
