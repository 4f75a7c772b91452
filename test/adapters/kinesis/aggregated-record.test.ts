import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAggregated, MAX_UNPACKED_BYTES, readAggregate } from '../../../adapters/kinesis/aggregated-record.ts';
import { aggregateOf, sealed } from '../../support/aggregate.ts';

const bytes = (...parts: Array<number | string>): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
const readable = (data: Uint8Array) =>
  readAggregate(data).map((sub) => ({ ...sub, data: Buffer.from(sub.data).toString() }));

/** As another implementation (ex_kpl) prints it in its documentation. */
const FOREIGN = bytes(
  243,
  137,
  154,
  194,
  10,
  13,
  'partition_key',
  26,
  8,
  8,
  0,
  26,
  4,
  'data',
  208,
  54,
  153,
  218,
  90,
  34,
  47,
  163,
  33,
  8,
  173,
  27,
  217,
  85,
  161,
  78,
);

describe('an aggregated record', () => {
  it('of another implementation is read', () => {
    expect(isAggregated(FOREIGN)).toBe(true);
    expect(readable(FOREIGN)).toEqual([{ partitionKey: 'partition_key', explicitHashKey: undefined, data: 'data' }]);
  });

  it('gives its sub-records in their order, each with its own key and explicit hash key', () => {
    const packed = aggregateOf([
      { partitionKey: 'a', data: '1' },
      { partitionKey: 'b', explicitHashKey: '7', data: '' },
      { partitionKey: 'a', explicitHashKey: '8', data: '3' },
    ]);
    expect(readable(packed)).toEqual([
      { partitionKey: 'a', explicitHashKey: undefined, data: '1' },
      { partitionKey: 'b', explicitHashKey: '7', data: '' },
      { partitionKey: 'a', explicitHashKey: '8', data: '3' },
    ]);
  });

  it('gives back whatever was packed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ partitionKey: fc.string({ unit: 'grapheme' }), data: fc.uint8Array() }), { minLength: 1 }),
        (records) => {
          expect(
            readAggregate(aggregateOf(records)).map(({ partitionKey, data }) => ({ partitionKey, data: [...data] })),
          ).toEqual(records.map(({ partitionKey, data }) => ({ partitionKey, data: [...data] })));
        },
      ),
    );
  });

  it('may have its tables behind its records, tags, and fields that came later', () => {
    const sub = [26, 12, 34, 3, 10, 1, 't'.charCodeAt(0), 8, 0, 26, 1, 'x'.charCodeAt(0), 40, 99];
    expect(readable(sealed(bytes(...sub, 10, 1, 'k', 32, 5)))).toEqual([
      { partitionKey: 'k', explicitHashKey: undefined, data: 'x' },
    ]);
  });

  it('is told from JSON, and from a record that is shorter than the magic bytes', () => {
    expect([Buffer.from('{}'), Buffer.of(0xf3, 0x89, 0x9a), new Uint8Array()].map(isAggregated)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

const anyData = (error: string) => expect.objectContaining({ kind: 'data', code: error });
const CUT = FOREIGN.subarray(0, -1);
const FLIPPED = Buffer.from(FOREIGN).fill('X', 10, 11);

describe('an aggregated record (R-49)', () => {
  it.each([
    ['that ends with the magic bytes', FOREIGN.subarray(0, 4), 'its end, got missing'],
    ['that is cut', CUT, 'an MD5 that fits, got another'],
    ['of which one byte changed', FLIPPED, 'an MD5 that fits, got another'],
    ['whose body is no protobuf', sealed(bytes(10, 200, 'x')), 'a body that is protobuf, got '],
    ['whose body is a million opened groups', sealed(Buffer.alloc(1_000_000, 0x0b)), 'a body that is protobuf, got '],
    ['whose key is no UTF-8', sealed(bytes(10, 1, 255, 26, 4, 8, 0, 26, 0)), 'a body that is protobuf, got '],
    [
      'whose sub-record points behind the table',
      sealed(bytes(10, 1, 'k', 26, 4, 8, 1, 26, 0)),
      'a key and data in each sub-record, got a sub-record without',
    ],
    [
      'whose sub-record points to 2^32 of a table of one',
      sealed(bytes(10, 1, 'k', 26, 8, 8, 128, 128, 128, 128, 16, 26, 0)),
      'a key and data in each sub-record',
    ],
    [
      'whose sub-record has an unknown explicit hash key',
      sealed(bytes(10, 1, 'k', 26, 6, 8, 0, 16, 0, 26, 0)),
      'a key and data in each sub-record',
    ],
    ['whose sub-record has no key', sealed(bytes(10, 1, 'k', 26, 2, 26, 0)), 'a key and data in each sub-record'],
    ['whose sub-record has no data', sealed(bytes(10, 1, 'k', 26, 2, 8, 0)), 'a key and data in each sub-record'],
  ])('%s is damaged: refused whole, with what is wrong', (_, data, reason) => {
    expect(() => readAggregate(data)).toThrow(anyData('AGGREGATE_DAMAGED'));
    expect(() => readAggregate(data)).toThrow(`aggregated record must have ${reason}`);
  });

  it('without sub-records is refused, for something must say that it was there', () => {
    expect(() => readAggregate(sealed(bytes(10, 1, 'k')))).toThrow(
      expect.objectContaining({
        kind: 'data',
        code: 'AGGREGATE_EMPTY',
        message: 'aggregated record must have sub-records, got none; correct the producer',
      }),
    );
  });

  it('that unpacks to far more than it is, by one long key of many sub-records, is refused', () => {
    const key = 'k'.repeat(100_000);
    const bomb = aggregateOf(Array.from({ length: 150_000 }, () => ({ partitionKey: key, data: '' })));
    expect(bomb.length).toBeLessThan(1_048_576 + 100_000);
    expect(() => readAggregate(bomb)).toThrow(
      expect.objectContaining({
        kind: 'data',
        code: 'AGGREGATE_TOO_LARGE',
        message: `aggregated record must unpack to at most ${MAX_UNPACKED_BYTES} bytes, got more; lower AggregationMaxCount in the producer`,
      }),
    );
  });

  it('with as many sub-records as fit into 1 MiB is read', () => {
    const packed = aggregateOf(Array.from({ length: 174_755 }, () => ({ partitionKey: 'k', data: '' })));
    expect(packed.length).toBeLessThanOrEqual(1_048_576);
    expect(readAggregate(packed)).toHaveLength(174_755);
  });
});
