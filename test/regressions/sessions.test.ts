import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, session } from '../../engine/index.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { reading, READING } from '../engine/support/readings.ts';
import { World } from '../engine/support/world.ts';

/** Sessions that end 10 ms after their last record. */
function sessionWorld({ maxOutOfOrdernessMs = 0, allowedLatenessMs = 0 } = {}): World {
  const { topology } = pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs })
    .keyBy('key')
    .window(session({ gapMs: 10 }), { allowedLatenessMs })
    .aggregate({ n: count() })
    .to(resultTable());
  return new World({ topology });
}

/** What stands in the end: `key [start, end)` with its count. */
function standing(rows: readonly ResultRow[]): Record<string, unknown> {
  const newest = new Map(rows.map((row) => [`${row.key} [${row.windowStartMs}, ${row.windowEndMs})`, row]));
  return Object.fromEntries(
    [...newest].filter(([, { retracted }]) => retracted !== true).map(([name, { values }]) => [name, values['n']]),
  );
}

describe('others have failed at sessions', () => {
  it('R-33 no two sessions of a key overlap, in whatever order the records come', async () => {
    const times = [0, 25, 9, 50, 17, 61, 42, 34];
    const world = sessionWorld({ maxOutOfOrdernessMs: 100 });
    for (const [i, timeMs] of times.entries()) await world.instance().process(reading(i + 1, 'a', timeMs));
    await world.instance().process(reading(99, 'a', 500));
    expect(standing(world.sink.results)).toEqual({ 'a [0, 60)': 7, 'a [61, 71)': 1 });
  });

  it('R-34 sessions are joined within a key, never across keys', async () => {
    const world = sessionWorld({ maxOutOfOrdernessMs: 100 });
    await world
      .instance()
      .process(
        reading(1, 'a', 0),
        reading(2, 'b', 5),
        reading(3, 'a', 12),
        reading(4, 'b', 18),
        reading(5, 'a', 7),
        reading(6, 'a', 500),
      );
    expect(standing(world.sink.results)).toEqual({ 'a [0, 22)': 3, 'b [5, 15)': 1, 'b [18, 28)': 1 });
  });

  it('R-35 the result of a session that has grown into another is taken back, and counts nothing any more', async () => {
    const world = sessionWorld({ allowedLatenessMs: 100 });
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 15), reading(3, 'a', 30));
    await world.instance().process(reading(4, 'a', 8));
    await world.instance().process(reading(5, 'a', 60));
    expect(standing(world.sink.results)).toEqual({ 'a [0, 25)': 3, 'a [30, 40)': 1 });
  });

  it('R-36 a record that is late for its session does not join the next one: it is a late record', async () => {
    const world = sessionWorld();
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 30));
    await world.instance().process(reading(3, 'a', 5));
    await world.instance().process(reading(4, 'a', 60));
    expect(standing(world.sink.results)).toEqual({ 'a [0, 10)': 1, 'a [30, 40)': 1 });
    expect(world.sink.lateRecords.map(({ offset }) => offset)).toEqual([3n]);
  });
});
