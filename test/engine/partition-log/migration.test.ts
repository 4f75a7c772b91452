import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  count,
  hopping,
  kinesis,
  lake,
  max,
  min,
  pipeline,
  resultTable,
  session,
  sliding,
  sum,
  tumbling,
  value,
} from '../../../engine/index.ts';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { READING, reading, type Reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const timed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 });

function topologyWith(
  windows: Windows,
  aggregates: Readonly<Record<string, Aggregate<Reading>>>,
  deduplicates = false,
): Topology {
  const keyed = timed().keyBy('key');
  return (deduplicates ? keyed.deduplicate({ by: ({ value: id }) => id, withinMs: 1_000 }) : keyed)
    .window(windows, { allowedLatenessMs: 5 })
    .aggregate(aggregates)
    .to(resultTable()).topology;
}

const OLD = { n: count(), total: sum('value') };
const NEW = { most: max('value'), total: sum('value'), n: count(), least: min('value') };

/** Two records before the change and one after it; then the windows come out. */
async function throughChange(before: Topology, after: Topology, settings: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World({ ...settings, topology: before });
  await world.instance().process(reading(1, 'a', 0, 5), reading(2, 'b', 1, 7));
  await world.instance({ topology: after }).process(reading(3, 'a', 2, 1));
  await world.instance({ topology: after }).process(reading(4, 'z', 100, 0));
  return { world, results: world.sink.results.map(({ key, windowStartMs, values }) => [key, windowStartMs, values]) };
}

describe('a compatible change of the definition (PL-30)', () => {
  it.each<[string, Windows, number]>([
    ['tumbling', tumbling({ sizeMs: 10 }), 0],
    ['hopping', hopping({ sizeMs: 10, advanceMs: 10 }), 0],
    ['session', session({ gapMs: 10 }), 0],
  ])('takes what %s windows hold along; new aggregates begin with the next record', async (_, windows, startMs) => {
    const { results } = await throughChange(topologyWith(windows, OLD), topologyWith(windows, NEW));
    expect(results.find(([key]) => key === 'a')).toEqual(['a', startMs, { n: 2, total: 6, most: 1, least: 1 }]);
    expect(results.find(([key]) => key === 'b')?.[2]).toEqual({ n: 1, total: 7, most: null, least: null });
  });

  it('takes the buckets of sliding windows along', async () => {
    const { results } = await throughChange(
      topologyWith(sliding({ timeDifferenceMs: 5 }), OLD),
      topologyWith(sliding({ timeDifferenceMs: 5 }), NEW),
    );
    expect(results).toContainEqual(['a', -3, { n: 2, total: 6, most: 1, least: 1 }]);
  });

  it('reads snapshots and deltas of both definitions, verified by their hashes', async () => {
    const windows = tumbling({ sizeMs: 1_000 });
    const [before, after] = [topologyWith(windows, OLD), topologyWith(windows, NEW)];
    const world = new World({ topology: before, slots: 4 });
    let offset = 0;
    const commit = async (topology: Topology, times: number) => {
      for (let i = 0; i < times; i++)
        await world.instance({ topology }).process(reading(++offset, 'a', offset, offset));
    };
    await commit(before, 5);
    await commit(after, 7);
    await world.instance({ topology: after }).process(reading(++offset, 'z', 5_000, 0));
    expect(world.sink.results.map(({ values }) => values)).toEqual([{ n: 12, total: 78, most: 12, least: 6 }]);
  });

  it('may add an operator, whose state begins empty', async () => {
    const windows = tumbling({ sizeMs: 10 });
    const world = new World({ topology: topologyWith(windows, OLD) });
    const after = topologyWith(windows, OLD, true);
    await world.instance().process(reading(1, 'a', 0, 5));
    await world.instance({ topology: after }).process(reading(2, 'a', 1, 5), reading(3, 'a', 2, 5));
    await world.instance({ topology: after }).process(reading(4, 'z', 100, 0));
    expect(world.sink.results.map(({ values }) => values)).toEqual([{ n: 2, total: 10 }]);
  });

  it('may add a state of a process function', async () => {
    const processing = (extra: object): Topology =>
      timed()
        .keyBy('key')
        .process({
          state: { total: value<number>(), ...extra },
          results: { total: 'number' },
          onRecord: ({ value: { value: amount } }, { state, emit }) => {
            const total = ((state.total as { get(): number | undefined }).get() ?? 0) + amount;
            (state.total as { set(n: number): void }).set(total);
            emit({ total });
          },
        })
        .to(lake()).topology;
    const world = new World({ topology: processing({}) });
    await world.instance().process(reading(1, 'a', 0, 5));
    await world.instance({ topology: processing({ alarms: value<number>() }) }).process(reading(2, 'a', 1, 3));
    expect(world.sink.results.map(({ values }) => values['total'])).toEqual([5, 8]);
  });

  it('keeps the old code out once the new one has written, and nothing is counted twice', async () => {
    const windows = tumbling({ sizeMs: 10 });
    const world = new World({ topology: topologyWith(windows, OLD) });
    const [oldCode, newCode] = [world.instance(), world.instance({ topology: topologyWith(windows, NEW) })];
    await oldCode.process(reading(1, 'a', 0, 5));
    await newCode.process(reading(2, 'a', 1, 1));
    // Warm, the old code does not know yet: its commit is fenced, and then it cannot read what it finds.
    await expect(oldCode.process(reading(2, 'a', 1, 1), reading(3, 'a', 2, 1))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'STATE_SCHEMA_CHANGED',
    });
    await newCode.process(reading(2, 'a', 1, 1), reading(3, 'a', 2, 1), reading(4, 'z', 100, 0));
    expect(world.sink.results.map(({ values }) => values['n'])).toEqual([3]);
  });

  it('is not less lateness of a window that another one waits for: what it holds would come too late there', async () => {
    const nested = (allowedLatenessMs: number): Topology =>
      timed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs })
        .aggregate({ n: count() })
        .window(tumbling({ sizeMs: 20 }))
        .aggregate({ n: sum('n') })
        .to(resultTable()).topology;
    const world = new World({ topology: nested(15) });
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 24));
    await expect(world.instance({ topology: nested(0) }).process(reading(3, 'a', 50))).rejects.toMatchObject({
      code: 'STATE_SCHEMA_CHANGED',
      message: expect.stringContaining('-window waited for: 15'),
    });
    await world.instance().process(reading(3, 'a', 50));
    expect(world.sink.results.map(({ values }) => values)).toEqual([{ n: 1 }]);
  });

  it('leaves the old code its own snapshots while the new one has written nothing', async () => {
    const windows = tumbling({ sizeMs: 1_000 });
    const world = new World({ topology: topologyWith(windows, OLD), slots: 4 });
    const oldCode = world.instance();
    await oldCode.process(reading(1, 'a', 1, 1));
    await oldCode.process(reading(2, 'a', 2, 1));
    // The new code takes a snapshot of version 2, and its commit never arrives; then the old code does the same.
    world.logs.script = Array.from({ length: 5 }, () => 'lost request' as const);
    await expect(
      world.instance({ topology: topologyWith(windows, NEW) }).process(reading(3, 'a', 3, 1)),
    ).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    await oldCode.process(reading(3, 'a', 3, 1));
    expect((await world.head()).snapshotVersion).toBe(2);
    await world.instance().process(reading(4, 'z', 5_000, 0));
    expect(world.sink.results.map(({ values }) => values)).toEqual([{ n: 3, total: 3 }]);
  });

  it('whenever it comes, counts what the old definition counted', async () => {
    const windows = tumbling({ sizeMs: 10 });
    const inputs = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        timeMs: fc.integer({ min: 0, max: 50 }),
        value: fc.integer({ min: -9, max: 9 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(
        inputs,
        fc.nat({ max: 20 }),
        fc.constantFrom(2, 4, 8),
        fc.constantFrom(20, 100_000),
        async (list, at, slots, inlineLimitBytes) => {
          const run = async (changes: boolean) => {
            const world = new World({ topology: topologyWith(windows, OLD), slots, inlineLimitBytes });
            const records: SourceRecord[] = [
              ...list.map(({ key, timeMs, value: amount }, i) => reading(i + 1, key, timeMs, amount)),
              reading(99, 'z', 500, 0),
            ];
            for (const [i, record] of records.entries()) {
              const topology = topologyWith(windows, changes && i >= at ? NEW : OLD);
              await world.instance({ topology }).process(record);
            }
            return world.sink.results.map(({ key, windowStartMs, revision, values: { n, total } }) => ({
              key,
              windowStartMs,
              revision,
              n,
              total,
            }));
          };
          expect(await run(true)).toEqual(await run(false));
        },
      ),
      { numRuns: 60 },
    );
  });
});
