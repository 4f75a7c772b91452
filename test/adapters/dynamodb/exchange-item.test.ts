import { describe, expect, it } from '@jest/globals';
import { positionsItem, readPositions } from '../../../adapters/dynamodb/exchange-item.ts';
import { itemBytes } from '../../../adapters/dynamodb/item-size.ts';
import { SYSTEM_RANDOM } from '../../../adapters/shared/system-random.ts';
import type { SenderPosition } from '../../../engine/state/sender-position.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';

const shard = (n: number): string => `flights/1/departures/1764000000000/shardId-${String(n).padStart(12, '0')}`;

const position = (n: number, changes: Partial<SenderPosition> = {}): SenderPosition => ({
  logId: shard(n),
  version: 1_000 + ((n * 31) % 97),
  commitId: SYSTEM_RANDOM.id(),
  watermarkMs: 1_764_000_000_000 + n * 37,
  isDone: false,
  parents: [],
  ...changes,
});

describe('positions in an item', () => {
  it.each<readonly [string, readonly SenderPosition[]]>([
    ['none', []],
    ['one', [position(7)]],
    ['of two sources', [position(1), { ...position(2), logId: 'other/0/topic/1/12' }]],
    [
      'done, and children that wait',
      [position(1, { isDone: true }), position(2, { version: 0, commitId: '', parents: [shard(1), shard(9)] })],
    ],
    ['without a watermark', [position(1, { watermarkMs: NO_WATERMARK, version: 0, commitId: '' }), position(2)]],
  ])('are read as they were written: %s', (_what, positions) => {
    expect(readPositions(positionsItem(positions))).toStrictEqual(positions);
  });

  it('are read as code before wrote them', () => {
    const [one, other] = [
      position(1, { isDone: true }),
      position(2, { version: 0, commitId: '', parents: [shard(1)] }),
    ];
    const listed = [one, other].map(({ logId, version, commitId, watermarkMs, isDone, parents }) => [
      logId,
      version,
      commitId,
      watermarkMs,
      isDone ? 1 : 0,
      parents,
    ]);
    expect(readPositions({ positions: { S: JSON.stringify(listed) } })).toStrictEqual([one, other]);
  });

  it('of 500 senders take twenty bytes each', () => {
    const positions = Array.from({ length: 500 }, (_, n) => position(n));
    expect(itemBytes(positionsItem(positions)) / 500).toBeLessThan(20);
  });

  it('are refused when they are damaged', () => {
    expect(() => readPositions({ positions: { B: new Uint8Array([0, 123]) } })).toThrow(
      expect.objectContaining({ code: 'LOG_CORRUPT' }),
    );
  });
});
