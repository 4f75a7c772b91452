import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { SHARD } from '../../support/samples.ts';
import { ANYTHING } from '../support/readings.ts';
import { BAD, busyFor, cutOffAfter, explodes, guardedWorld, LIMITS, note, type Note } from './support.ts';

/** Counts per key and ten milliseconds, of what the filter lets through. */
function countsOf(isWanted: (one: Note) => boolean): Topology {
  return pipeline('notes')
    .source(kinesis({ stream: 'notes', partitionKey: 'key', schema: ANYTHING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .filter((one) => isWanted(one as Note))
    .keyBy('key')
    .window(tumbling({ sizeMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable()).topology;
}

const EXPLODING = countsOf(({ text }) => !explodes(text));
const rowsOf = ({ results }: { readonly results: readonly ResultRow[] }): string[] =>
  results.map(({ key, windowStartMs, values }) => `${key}@${windowStartMs} ${JSON.stringify(values)}`).sort();

async function resultsOf(records: readonly SourceRecord[]): Promise<string[]> {
  const world = guardedWorld(EXPLODING);
  await world.instance().process(...records);
  return rowsOf(world.sink);
}

describe('a step that takes long though each of its records is quick', () => {
  it('is made in parts, and refuses none', async () => {
    const topology = countsOf(() => busyFor(5));
    const world = guardedWorld(topology);
    const records = Array.from({ length: 150 }, (_, i) => note(i + 1, 'a', i));
    const report = await world.instance().process(...records);
    expect(report).toMatchObject({ recordsIn: 150, counted: 150, deadLetters: 0 });
    expect(report.commits).toBeGreaterThan(2);
    expect(world.sink.results).toHaveLength(14);
  });

  it('is given more time when it is one offset, which is never cut', async () => {
    const world = guardedWorld(countsOf(() => busyFor(5)));
    const places = Array.from({ length: 60 }, (_, i) => note(1, 'a', 0, 'fine', { subSequence: i }));
    expect(await world.instance().process(...places, note(2, 'a', 15))).toMatchObject({ counted: 61, deadLetters: 0 });
    expect(rowsOf(world.sink)).toEqual(['a@0 {"n":60}']);
  });
});

describe('a record that took too long once, for the machine stood still', () => {
  it('is tried again, and counted', async () => {
    let stalls = 1;
    const world = guardedWorld(countsOf(({ text }) => text !== 'slow' || stalls-- <= 0 || busyFor(400)));
    const report = await world.instance().process(note(1, 'a', 0), note(2, 'a', 1, 'slow'), note(3, 'a', 15));
    expect(report).toMatchObject({ recordsIn: 3, counted: 3, deadLetters: 0 });
    expect(rowsOf(world.sink)).toEqual(['a@0 {"n":2}']);
  });
});

describe('several records that never end', () => {
  const good = [note(1, 'a', 0), note(4, 'a', 1), note(6, 'b', 2), note(9, 'a', 21)];
  const bad = [2, 3, 5, 7, 8].map((offset) => note(offset, 'a', 1, BAD));
  const all = [...good, ...bad].sort((a, b) => Number(a.offset - b.offset));

  it('become a dead letter each, and the report counts nothing twice', async () => {
    const world = guardedWorld(EXPLODING);
    const report = await world.instance().process(...all);
    expect(world.sink.deadLetters.map(({ offset }) => offset)).toEqual([2n, 3n, 5n, 7n, 8n]);
    expect(world.sink.deadLetters.every(({ code }) => code === 'USER_CODE_TIMEOUT')).toBe(true);
    expect(rowsOf(world.sink)).toEqual(await resultsOf(good));
    const resultsOut = world.sink.results.length;
    expect(report).toMatchObject({ recordsIn: 9, recordsReplayed: 0, counted: 4, deadLetters: 5, resultsOut });
  });

  it('are dealt with over several invocations, each of which goes on where the one before was cut off', async () => {
    const world = guardedWorld(EXPLODING);
    const reached: bigint[] = [];
    for (let ended = false; !ended;) {
      const instance = world.instance({ userCode: cutOffAfter(3) });
      ended = await processBatch(instance.processor, { partition: SHARD, records: all }).then(
        () => true,
        () => false,
      );
      reached.push((await world.head()).reached);
      expect(reached.length).toBeLessThan(10);
    }
    expect(reached.length).toBeGreaterThan(1);
    expect(new Set(reached).size).toBe(reached.length);
    expect(world.sink.deadLetters.map(({ offset }) => offset)).toEqual([2n, 3n, 5n, 7n, 8n]);
    expect(rowsOf(world.sink)).toEqual(await resultsOf(good));
    expect((await world.head()).counters).toMatchObject({ recordsIn: 9, counted: 4, deadLetters: 5 });
  });
});

describe('places of an aggregated record that never end', () => {
  const place = (subSequence: number, text?: string) => note(2, 'a', 1, text, { subSequence });

  it('become dead letters; the places between them count once', async () => {
    const world = guardedWorld(EXPLODING);
    const places = [place(0), place(1, BAD), place(2), place(3, BAD), place(4)];
    const report = await world.instance().process(note(1, 'a', 0), ...places, note(3, 'a', 15));
    expect(world.sink.deadLetters.map(({ offset, subSequence }) => [offset, subSequence])).toEqual([
      [2n, 1],
      [2n, 3],
    ]);
    expect(report).toMatchObject({ recordsIn: 7, counted: 5, deadLetters: 2 });
    expect(rowsOf(world.sink)).toEqual(['a@0 {"n":4}']);
  });

  it('do not use up more time than an invocation has, however many they are', async () => {
    const world = guardedWorld(EXPLODING);
    const places = Array.from({ length: 1_000 }, (_, i) => place(i, i === 0 ? 'fine' : BAD));
    const startMs = performance.now();
    const report = await world.instance().process(note(1, 'a', 0), ...places, note(3, 'a', 15));
    expect(performance.now() - startMs).toBeLessThan(LIMITS.longMs * 4);
    expect(report).toMatchObject({ recordsIn: 1_002, counted: 3, deadLetters: 999 });
    expect(new Set(world.sink.deadLetters.map(({ code }) => code))).toEqual(new Set(['USER_CODE_TIMEOUT']));
    expect(world.sink.deadLetters.at(-1)?.reason).toBe(
      'pipeline code must end in time together with what is committed with it, got code before it that did not; ' +
        'correct the pipeline, then redrive',
    );
    expect(rowsOf(world.sink)).toEqual(['a@0 {"n":2}']);
  });
});

describe('partitions of one instance that all have records that never end', () => {
  const partitions = Array.from({ length: 4 }, (_, i) => ({ ...SHARD, partition: `shardId-${i}` }));
  const records = [note(1, 'a', 0), note(2, 'a', 1, BAD), note(3, 'a', 15)];

  it('have every record counted or refused once', async () => {
    const { processor } = guardedWorld(EXPLODING).instance();
    const reports = await Promise.all(partitions.map((partition) => processBatch(processor, { partition, records })));
    for (const report of reports) expect(report).toMatchObject({ recordsIn: 3, counted: 2, deadLetters: 1 });
  });

  it('go on one after the other, so that some are committed when the function is cut off', async () => {
    const world = guardedWorld(EXPLODING);
    const { processor } = world.instance({ userCode: cutOffAfter(3) });
    await Promise.allSettled(partitions.map((partition) => processBatch(processor, { partition, records })));
    const entries = await world.entries(logIdOf({ ...SHARD, partition: 'shardId-0' }));
    expect(entries.at(-1)?.counters).toMatchObject({ recordsIn: 3, counted: 2, deadLetters: 1 });
  });
});
