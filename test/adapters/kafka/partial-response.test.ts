import { describe, expect, it } from '@jest/globals';
import { responseOf, type PartitionOutcome } from '../../../adapters/kafka/partial-response.ts';
import { TidemarkError } from '../../../engine/errors.ts';

const taken = (partition: number): PartitionOutcome => ({
  topic: 't',
  partition,
  firstOffset: 10n,
  outcome: { status: 'fulfilled', value: undefined },
});
const failed = (partition: number, kind: 'unavailable' | 'internal' | 'invalid' = 'unavailable'): PartitionOutcome => ({
  topic: 't',
  partition,
  firstOffset: 100n,
  outcome: { status: 'rejected', reason: new TidemarkError(kind, `CODE_${partition}`, 'text') },
});

describe('responseOf', () => {
  it('names the partitions that failed, each with its first offset, when it is heard', () => {
    expect(responseOf([taken(0), failed(1), failed(2, 'internal')], true)).toEqual({
      batchItemFailures: [
        { itemIdentifier: { partition: 't-1', offset: 100 } },
        { itemIdentifier: { partition: 't-2', offset: 100 } },
      ],
    });
  });

  it('names none when all went well', () => {
    expect(responseOf([taken(0), taken(1)], true)).toEqual({ batchItemFailures: [] });
    expect(responseOf([taken(0)], false)).toEqual({ batchItemFailures: [] });
  });

  it('throws when nobody would listen: a failure that is only told is a loss then', () => {
    expect(() => responseOf([taken(0), failed(1)], false)).toThrow(expect.objectContaining({ code: 'CODE_1' }));
  });

  it('throws when nothing got on, so that the function counts as failed', () => {
    expect(() => responseOf([failed(0), failed(1)], true)).toThrow(expect.objectContaining({ code: 'CODE_0' }));
  });

  it('throws when the function itself is wrong', () => {
    expect(() => responseOf([taken(0), failed(1), failed(2, 'invalid')], true)).toThrow(
      expect.objectContaining({ code: 'CODE_2' }),
    );
  });
});
