import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf, type RecordIdentity } from '../../engine/record-digest.ts';

const RECORD: RecordIdentity = { offset: 9n, subSequence: 0, partitionKey: 'ATL', data: Buffer.from('{"delayMin":5}') };

describe('the digest of a record', () => {
  it('is the same in every release: logs have it', () => {
    expect(digestOf(RECORD)).toBe(61_631_560);
    const sequenceNumber = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
    const empty = { offset: sequenceNumber, subSequence: 3, partitionKey: 'Köln 🛬', data: new Uint8Array() };
    expect(digestOf(empty)).toBe(3_985_321_211);
  });

  it('does not depend on times, headers, or where the bytes lie', () => {
    const data = Buffer.concat([Buffer.from('before'), RECORD.data, Buffer.from('behind')]).subarray(
      6,
      6 + RECORD.data.length,
    );
    const headers = () => [{ name: 'trace', text: 'x' }];
    const delivered = { ...RECORD, data, arrivalTimeMs: 5, receivedTimeMs: 6, headers, value: 7 };
    expect(digestOf(delivered)).toBe(digestOf(RECORD));
  });

  it.each<[string, Partial<RecordIdentity>]>([
    ['offset', { offset: 10n }],
    ['place in an aggregated record', { subSequence: 1 }],
    ['key', { partitionKey: 'ATM' }],
    ['data', { data: Buffer.from('{"delayMin":6}') }],
  ])('is another for a record with another %s', (_, change) => {
    expect(digestOf({ ...RECORD, ...change })).not.toBe(digestOf(RECORD));
  });

  it('is a whole number of 32 bits that any change of the data moves', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (data, at, change) => {
        const other = data.map((byte, i) => (i === at % data.length ? byte ^ change : byte));
        const [one, another] = [digestOf({ ...RECORD, data }), digestOf({ ...RECORD, data: other })];
        expect(one).not.toBe(another);
        expect([one, another]).toEqual([one >>> 0, another >>> 0]);
      }),
    );
  });
});
