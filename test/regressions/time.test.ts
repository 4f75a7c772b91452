import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, sum, tumbling } from '../../engine/index.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { idleWatermark } from '../../engine/tick/idle-watermark.ts';
import { READING, reading, topologyOf } from '../engine/support/readings.ts';
import { StreamWorld } from '../engine/support/stream-world.ts';
import { World } from '../engine/support/world.ts';

/** The same records in these batches, each by a fresh function: everything that comes out, as text. */
async function outputOf(batches: ReadonlyArray<readonly SourceRecord[]>): Promise<string> {
  const world = new World({ topology: topologyOf({ allowedLatenessMs: 5 }) });
  for (const batch of batches) await world.instance().process(...batch);
  return world.sink.text;
}

const HISTORY = [0, 4, 10, 9, 12, 20, 14, 15, 31, 3, 30].map((timeMs, i) =>
  reading(i + 1, i % 3 === 0 ? 'b' : 'a', timeMs),
);

describe('others have failed at time', () => {
  it('R-22 one shard is idle and others are not: its watermark follows them, and its windows come out', async () => {
    const stream = new StreamWorld();
    stream.open('idle');
    stream.open('busy');
    await stream.instance().take('idle', stream.put('idle', ['a', 0]));
    await stream.instance().take('busy', stream.put('busy', ['b', 50]));
    stream.put('busy', ['b', 51]);
    await stream.instance().tick(1_000_000);
    expect(stream.counts).toEqual({ 'a@0': 1 });
    expect((await stream.head('idle'))?.watermarkMs).toBe(50);
  });

  it('R-23 there are no partitions at all: no watermark is set', async () => {
    expect(idleWatermark([], 1_000_000, { maxOutOfOrdernessMs: 0, idleTimeoutMs: 0 })).toBeUndefined();
    const stream = new StreamWorld();
    expect(await stream.instance().tick(1_000_000)).toBe(0);
    stream.open('empty');
    expect(await stream.instance().tick(1_000_000)).toBe(0);
    expect(await stream.head('empty')).toBeUndefined();
  });

  it('R-26 a function starts anew: records that were in time still are', async () => {
    const world = new World({ topology: topologyOf({ maxOutOfOrdernessMs: 20 }) });
    await world.instance().process(reading(1, 'a', 25));
    expect(await world.instance().process(reading(2, 'a', 5))).toMatchObject({ recordsIn: 1, lateRecords: 0 });
  });

  it('R-27 stream time survives a restart after every record: identical output', async () => {
    expect(await outputOf(HISTORY.map((record) => [record]))).toBe(await outputOf([HISTORY]));
  });

  it('R-28 the watermark survives a restart: nothing fires again', async () => {
    const world = new World();
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 10));
    for (let i = 3; i < 8; i++) await world.instance().process(reading(i, 'a', 10));
    expect(world.sink.results.map(({ windowStartMs, revision }) => [windowStartMs, revision])).toEqual([[0, 1]]);
  });

  it('R-29 one record from the future: it is a dead letter, and the others are not late', async () => {
    const world = new World({ topology: topologyOf({ maxClockSkewMs: 1_000 }) });
    const report = await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 100_000), reading(3, 'a', 1));
    expect(report).toMatchObject({ deadLetters: 1, lateRecords: 0, watermarkMs: 1 });
    expect(world.sink.deadLetters).toMatchObject([{ offset: 2n, code: 'EVENT_TIME_IN_FUTURE' }]);
  });

  it('R-30 an event above the watermark is kept, however far above', async () => {
    const world = new World();
    expect(
      await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 900), reading(3, 'a', 905)),
    ).toMatchObject({ lateRecords: 0, deadLetters: 0 });
    expect((await world.head()).counters.counted).toBe(3);
  });

  it('R-31 a timestamp equal to the watermark is treated alike in any cut of the batches', async () => {
    const records = [
      reading(1, 'a', 10),
      reading(2, 'a', 10),
      reading(3, 'a', 9),
      reading(4, 'a', 15),
      reading(5, 'a', 10),
    ];
    const whole = await outputOf([records]);
    for (let cut = 1; cut < records.length; cut++)
      expect(await outputOf([records.slice(0, cut), records.slice(cut)])).toBe(whole);
    expect(whole).toContain('"least":1');
  });

  it('R-32 results of a first window are never late for a second one, whatever corrected them', async () => {
    const { topology } = pipeline('readings')
      .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 15 })
      .aggregate({ n: count() })
      .window(tumbling({ sizeMs: 20 }))
      .aggregate({ parts: count(), n: sum('n') })
      .to(resultTable());
    const world = new World({ topology });
    for (const [i, timeMs] of [0, 12, 5, 24, 6, 30, 35].entries())
      await world.instance().process(reading(i + 1, 'a', timeMs));
    expect(world.sink.results.map(({ windowStartMs, values }) => [windowStartMs, values])).toEqual([
      [0, { parts: 2, n: 4 }],
    ]);
    expect(world.sink.lateRecords).toEqual([]);
  });

  it('R-44 input stops: the last window comes out by the tick', async () => {
    const stream = new StreamWorld();
    stream.open('shard');
    await stream.instance().take('shard', stream.put('shard', ['a', 0], ['b', 3]));
    expect(stream.counts).toEqual({});
    expect(await stream.instance().tick(1_000_000)).toBe(1);
    expect(stream.counts).toEqual({ 'a@0': 1, 'b@0': 1 });
  });
});
