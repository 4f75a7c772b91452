import { describe, expect, it } from '@jest/globals';
import { Backlog } from '../../local/kafka/backlog.ts';
import { polled, type PolledRecord } from '../../local/kafka/event.ts';

const at = (partition: number, offset: number): PolledRecord =>
  polled('t', partition, {
    offset: BigInt(offset),
    key: Buffer.from('k'),
    value: null,
    headers: [],
    timestampMs: 5,
    timestampType: 'CREATE_TIME',
  });
const places = (records: readonly PolledRecord[]): string[] =>
  records.map(({ partition, offset }) => `${partition}@${offset}`);

/** Partitions 0, 1 and 2 by turns, ten records each, read at 0. */
function backlogOf(limits: { readonly batchSize?: number; readonly maxBatchingWindowMs?: number } = {}): Backlog {
  const backlog = new Backlog({ batchSize: 6, maxBatchingWindowMs: 100, maxPayloadBytes: 1_000_000, ...limits });
  backlog.add(
    Array.from({ length: 30 }, (_, i) => at(i % 3, Math.floor(i / 3))),
    0,
  );
  return backlog;
}

describe('what waits for the function', () => {
  it('goes in the order in which it was read, once', () => {
    const backlog = backlogOf();
    const first = backlog.batch(0);
    expect(places(first)).toEqual(['0@0', '1@0', '2@0', '0@1', '1@1', '2@1']);
    backlog.settle(first, [], 0);
    expect(places(backlog.batch(0))).toEqual(['0@2', '1@2', '2@2', '0@3', '1@3', '2@3']);
    expect([backlog.length, backlog.first(1)]).toEqual([24, 2n]);
  });

  it('waits for more until a batch is full or its oldest record has waited for the batching window', () => {
    const backlog = backlogOf({ batchSize: 100 });
    expect(backlog.batch(99)).toEqual([]);
    expect(backlog.batch(100)).toHaveLength(30);
  });

  it('keeps what is left of a batch in its place, and lets the other partitions go on', () => {
    const backlog = backlogOf();
    const batch = backlog.batch(0);
    backlog.settle(
      batch,
      batch.filter(({ partition }) => partition === 1),
      0,
    );
    expect(places(backlog.batch(0))).toEqual(['0@2', '2@2', '0@3', '2@3', '0@4', '2@4']);
    expect([0, 1, 2].map((partition) => backlog.first(partition))).toEqual([2n, 0n, 2n]);
    expect(places(backlog.batch(50)).filter((place) => place.startsWith('1@'))).toEqual(['1@0', '1@1', '1@2']);
  });

  it('comes again from where it failed, not from where the batch began', () => {
    const backlog = backlogOf();
    const batch = backlog.batch(0);
    backlog.settle(batch, [batch[4] as PolledRecord], 0);
    expect(backlog.first(1)).toBe(1n);
  });

  it('lets each partition that fails sit out on its own, twice as long each time, up to a second', () => {
    const backlog = backlogOf();
    let nowMs = 0;
    const pauses = Array.from({ length: 7 }, () => {
      const failed = backlog.batch(nowMs).filter(({ partition }) => partition === 0);
      backlog.settle(failed, failed, nowMs);
      const beganMs = nowMs;
      while (backlog.isPaused(0, nowMs)) nowMs++;
      return nowMs - beganMs;
    });
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
    expect(backlog.isPaused(1, 0)).toBe(false);
  });

  it('begins with the shortest pause again once a partition has got on', () => {
    const backlog = backlogOf();
    const ofOne = (nowMs: number): PolledRecord[] => backlog.batch(nowMs).filter(({ partition }) => partition === 1);
    for (const nowMs of [0, 50]) backlog.settle(ofOne(nowMs), ofOne(nowMs), nowMs);
    const batch = ofOne(150);
    expect(batch.length).toBeGreaterThan(1);
    backlog.settle(batch, batch.slice(1), 150); // takes the first
    expect([backlog.isPaused(1, 199), backlog.isPaused(1, 200)]).toEqual([true, false]);
  });
});
