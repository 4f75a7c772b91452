import type { RecordsBatch } from '@platformatic/kafka';
import { describe, expect, it } from '@jest/globals';
import { behindFetched, committedRecords } from '../../../adapters/kafka/committed.ts';

const TRANSACTIONAL = 16;
const CONTROL = 32;

function batch(firstOffset: number, offsetDeltas: number[], { attributes = 0, producerId = -1 } = {}): RecordsBatch {
  const records = offsetDeltas.map((offsetDelta) => ({
    offsetDelta,
    timestampDelta: BigInt(offsetDelta),
    key: null,
    value: null,
    headers: [],
  }));
  return {
    firstTimestamp: 100n,
    maxTimestamp: 900n,
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: offsetDeltas.at(-1) ?? 0,
    attributes,
    producerId: BigInt(producerId),
    records,
  } as unknown as RecordsBatch;
}

const marker = (offset: number, producerId: number): RecordsBatch =>
  batch(offset, [0], { attributes: TRANSACTIONAL | CONTROL, producerId });
const transactional = (offset: number, offsetDeltas: number[], producerId: number): RecordsBatch =>
  batch(offset, offsetDeltas, { attributes: TRANSACTIONAL, producerId });
const sees = (
  records: RecordsBatch[],
  from: number,
  aborted: Array<[producerId: number, firstOffset: number]> = [],
): boolean =>
  committedRecords(
    {
      records,
      abortedTransactions: aborted.map(([producerId, firstOffset]) => ({
        producerId: BigInt(producerId),
        firstOffset: BigInt(firstOffset),
      })),
    },
    BigInt(from),
  ).length > 0;

describe('what a reader of committed records sees', () => {
  it('is a plain record at or above the offset', () => {
    expect(sees([batch(0, [0, 1, 2])], 2)).toBe(true);
    expect(sees([batch(0, [0, 1, 2])], 3)).toBe(false);
  });

  it('is no marker of a transaction', () => {
    expect(sees([transactional(0, [0], 7), marker(1, 7)], 1)).toBe(false);
  });

  it('is no record of an aborted transaction', () => {
    expect(sees([transactional(5, [0, 1], 7), marker(7, 7)], 5, [[7, 5]])).toBe(false);
  });

  it('is what the same producer committed afterwards', () => {
    expect(sees([transactional(5, [0, 1], 7), marker(7, 7), transactional(8, [0], 7), marker(9, 7)], 5, [[7, 5]])).toBe(
      true,
    );
  });

  it('is what another producer wrote in between', () => {
    expect(sees([transactional(5, [0], 7), transactional(6, [0], 8), marker(7, 7), marker(8, 8)], 5, [[7, 5]])).toBe(
      true,
    );
  });

  it('is nothing where compaction left a batch without records', () => {
    expect(sees([batch(3, [])], 0)).toBe(false);
    expect(sees([], 0)).toBe(false);
  });
});

it('the fetched part ends behind its last batch, gaps included', () => {
  expect(behindFetched({ records: [batch(3, [0, 4])], abortedTransactions: null })).toBe(8n);
  expect(behindFetched({ records: [], abortedTransactions: null })).toBeUndefined();
});

it.each([
  [0, 'CREATE_TIME', 102],
  [8, 'LOG_APPEND_TIME', 900],
] as const)('a batch with attributes %d has timestamps of type %s', (attributes, timestampType, timestampMs) => {
  expect(committedRecords({ records: [batch(5, [2], { attributes })], abortedTransactions: null }, 0n)).toEqual([
    { offset: 7n, key: null, value: null, headers: [], timestampMs, timestampType },
  ]);
});
