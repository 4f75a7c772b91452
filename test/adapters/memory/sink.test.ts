import { describe, expect, it } from '@jest/globals';
import { MemorySink } from '../../../adapters/memory/sink.ts';
import { sampleDeadLetter, sampleDelivery, sampleLate, sampleRow, SHARD } from '../../support/samples.ts';

describe('MemorySink', () => {
  it('keeps each late record and dead letter once, by offset and place in an aggregate', async () => {
    const sink = new MemorySink();
    const delivery = sampleDelivery({
      lateRecords: [sampleLate(1n), sampleLate(1n, { subSequence: 1 })],
      deadLetters: [sampleDeadLetter(2n)],
    });
    expect(await sink.deliver(delivery)).toEqual({ rows: 3, writeUnits: 0 });
    expect(await sink.deliver(delivery)).toEqual({ rows: 0, writeUnits: 0 });
    expect(sink.lateRecords.map(({ offset, subSequence }) => [offset, subSequence])).toEqual([
      [1n, 0],
      [1n, 1],
    ]);
    expect(sink.deadLetters).toEqual([sampleDeadLetter(2n)]);
  });

  it('does not mistake the same offset of another partition for a repeat', async () => {
    const sink = new MemorySink();
    const delivery = sampleDelivery({ lateRecords: [sampleLate(1n)] });
    await sink.deliver(delivery);
    await sink.deliver({ ...delivery, partition: { ...SHARD, partition: 'shardId-000000000001' } });
    expect(sink.lateRecords).toHaveLength(2);
  });

  it('shares no memory with its callers', async () => {
    const sink = new MemorySink();
    const values = { list: [1] };
    await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1, values)] }));
    values.list.push(2);
    expect(sink.results[0]?.values).toEqual({ list: [1] });
  });
});
