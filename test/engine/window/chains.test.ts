import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import {
  count,
  everyN,
  hopping,
  kinesis,
  lake,
  max,
  pipeline,
  resultTable,
  session,
  sum,
  tumbling,
} from '../../../engine/index.ts';
import { joinParts, keyOfFields, partsOf } from '../../../engine/key.ts';
import { READING, reading, record } from '../support/readings.ts';
import { Partition } from '../support/state.ts';

const timed = (maxOutOfOrdernessMs = 0) =>
  pipeline('chained')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 10_000 });
const outputs = (
  topology: ConstructorParameters<typeof Partition>[0],
  ...readings: ReadonlyArray<readonly [string, number, number?]>
) => {
  const partition = new Partition(topology);
  return readings.map(([key, timeMs, value], i) => partition.process(reading(i, key, timeMs, value)));
};
const rows = (all: ReturnType<typeof outputs>) =>
  all.flatMap(({ results }) =>
    results.map(({ key, windowStartMs, revision, values, retracted }) => [
      key,
      windowStartMs,
      revision,
      retracted ?? false,
      values,
    ]),
  );

describe('transformations', () => {
  it('change, leave out and multiply records before they have a key', () => {
    const { topology } = timed()
      .map((one) => ({ ...one, value: one.value * 10 }))
      .filter(({ value }) => value < 100)
      .flatMap((one) => [one, { ...one, value: 1 }])
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable());
    expect(rows(outputs(topology, ['a', 0, 2], ['a', 1, 11], ['a', 10, 3]))).toEqual([
      ['a', 0, 1, false, { n: 2, total: 21 }],
    ]);
  });

  it('take all parts of a record, or none', () => {
    const { topology } = timed()
      .flatMap((one) => [one, ...(one.value === 13 ? [{ ...one, key: 'other' }] : [])])
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const all = outputs(topology, ['a', 0, 1], ['a', 1, 13], ['a', 10, 1]);
    expect(rows(all)).toEqual([['a', 0, 1, false, { n: 1 }]]);
    expect(all.flatMap(({ deadLetters }) => deadLetters.map(({ code, offset }) => [code, offset]))).toEqual([
      ['KEY_MISMATCH', 1n],
    ]);
  });

  it('send a branch aside, and count its records as processed', () => {
    const { topology } = timed()
      .branch('refunds', ({ value }) => value < 0)
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const partition = new Partition(topology);
    const { sideOutputs } = partition.process(reading(0, 'a', 3, -5), reading(1, 'a', 4, 5));
    expect(sideOutputs).toEqual([
      { output: 'refunds', key: 'a', eventTimeMs: 3, sequence: 0, value: { key: 'a', timeMs: 3, value: -5 } },
    ]);
    expect(partition.state.counters).toMatchObject({ recordsIn: 2, counted: 2, late: 0, deadLetters: 0 });
    expect(topology.sideOutputs).toEqual(['refunds']);
  });

  it('are part of no record that fails: its branches are not sent', () => {
    const { topology } = timed()
      .branch('all', () => true)
      .map((one) => one)
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const failing = timed()
      .flatMap((one) => [one, one])
      .branch('first', (one) => one.value === 1)
      .filter(({ value }) => {
        if (value === 13) throw new Error('no thirteen');
        return true;
      })
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable()).topology;
    expect(outputs(topology, ['a', 0])[0]?.sideOutputs).toHaveLength(1);
    expect(outputs(failing, ['a', 0, 13])[0]).toMatchObject({ sideOutputs: [], deadLetters: [{ code: 'USER_CODE' }] });
  });
});

describe('deduplication', () => {
  const { topology } = timed(5)
    .keyBy('key')
    .deduplicate({ by: ({ value }) => value, withinMs: 20 })
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 100 })
    .aggregate({ n: count() })
    .to(resultTable());

  it('lets each id of a key through once', () => {
    const partition = new Partition(topology);
    partition.process(reading(0, 'a', 0, 1), reading(1, 'a', 1, 1), reading(2, 'b', 1, 1), reading(3, 'a', 2, 2));
    expect(partition.state.counters).toMatchObject({ recordsIn: 4, counted: 4 });
    expect(partition.process(reading(4, 'z', 15, 9)).results.map(({ key, values }) => [key, values['n']])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('forgets an id when its time has passed', () => {
    const [, , third] = outputs(topology, ['a', 0, 1], ['a', 26, 2], ['a', 3, 1]);
    // The watermark is at 21, one past the memory of the first.
    expect(third?.results.map(({ values, revision }) => [values['n'], revision])).toEqual([[2, 2]]);
  });

  it('does not remember the id of a record that was late', () => {
    const strict = timed(0)
      .keyBy('key')
      .deduplicate({ by: ({ value }) => value, withinMs: 1_000 })
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable()).topology;
    const all = outputs(strict, ['a', 50, 9], ['a', 1, 1], ['a', 51, 1], ['a', 60, 8]);
    expect(all.flatMap(({ lateRecords }) => lateRecords).map(({ offset }) => offset)).toEqual([1n]);
    expect(rows(all)).toEqual([['a', 50, 1, false, { n: 2 }]]);
  });
});

describe('results', () => {
  it('that do not pass the filter are left out, and taken back when they passed before', () => {
    const { topology } = timed()
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 100 })
      .aggregate({ most: max('value') })
      .filter(({ most }) => (most ?? 0) < 5)
      .to(resultTable());
    expect(rows(outputs(topology, ['a', 0, 1], ['a', 10, 9], ['a', 1, 7], ['a', 2, 1], ['a', 20, 0]))).toEqual([
      ['a', 0, 1, false, { most: 1 }],
      ['a', 0, 2, true, {}],
      ['a', 0, 3, true, {}],
    ]);
  });

  it('can be changed; then they have the columns that were said', () => {
    const { topology } = timed()
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count(), total: sum('value') })
      .map(({ n, total }) => ({ mean: total / n }), { mean: 'number' })
      .to(resultTable());
    expect(rows(outputs(topology, ['a', 0, 1], ['a', 1, 2], ['a', 10, 0]))).toEqual([
      ['a', 0, 1, false, { mean: 1.5 }],
    ]);
    expect(topology.results.columns.map(({ name, type }) => [name, type])).toEqual([['mean', 'number']]);
  });

  it('that cannot be computed are dead letters of their own, and time goes on', () => {
    const { topology } = timed()
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ total: sum('value') })
      .map(
        ({ total }) => {
          if (total === 13) throw new Error('no thirteen');
          return { total };
        },
        { total: 'number' },
      )
      .to(resultTable());
    const partition = new Partition(topology);
    partition.process(reading(0, 'a', 0, 13), reading(1, 'b', 0, 1));
    const { results, deadLetters } = partition.process(reading(2, 'a', 10, 5));
    expect(results.map(({ key }) => key)).toEqual(['b']);
    expect(
      deadLetters.map(({ code, partitionKey, data }) => [code, partitionKey, Buffer.from(data).toString()]),
    ).toEqual([['RESULT_FAILED', 'a', '{"key":"a","windowStartMs":0,"windowEndMs":10}']]);
    expect(partition.state.counters).toMatchObject({ recordsIn: 3, counted: 3, deadLetters: 0 });
  });
});

describe('a window over the results of a window', () => {
  const { topology } = timed()
    .keyBy('key')
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 15 })
    .aggregate({ n: count() })
    .window(tumbling({ sizeMs: 20 }))
    .aggregate({ busiest: max('n'), total: sum('n'), parts: count() })
    .to(resultTable());

  it('counts each inner result once, in its final form (R-32)', () => {
    // Inner windows close at 25 and 35; the outer one waits for them.
    const all = outputs(topology, ['a', 0], ['a', 12], ['a', 5], ['a', 24], ['a', 6], ['a', 30], ['a', 35]);
    expect(rows(all)).toEqual([['a', 0, 1, false, { busiest: 3, total: 4, parts: 2 }]]);
    expect(all.flatMap(({ lateRecords }) => lateRecords)).toEqual([]);
  });

  it('takes sessions too', () => {
    const sessions = timed()
      .keyBy('key')
      .window(session({ gapMs: 5 }))
      .aggregate({ n: count() })
      .filter(({ n }) => n > 1)
      .window(tumbling({ sizeMs: 100 }))
      .aggregate({ sessions: count() })
      .to(resultTable()).topology;
    expect(rows(outputs(sessions, ['a', 0], ['a', 3], ['a', 20], ['a', 40], ['a', 44], ['a', 200]))).toEqual([
      ['a', 0, 1, false, { sessions: 2 }],
    ]);
  });

  it('is refused over results that come more than once, or have no time', () => {
    const refused = expect.objectContaining({ code: 'INVALID_SETTING' });
    expect(() =>
      timed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }), { accumulation: 'retracting' })
        .aggregate({ n: count() })
        .window(tumbling({ sizeMs: 20 })),
    ).toThrow(refused);
    expect(() =>
      timed()
        .keyBy('key')
        .window(everyN({ n: 2 }))
        .aggregate({ n: count() })
        .window(tumbling({ sizeMs: 20 })),
    ).toThrow(refused);
  });
});

const Move = z.object({ from: z.string(), to: z.string(), atMs: z.int() });
const moves = () =>
  pipeline('moves')
    .source(kinesis({ stream: 'moves', partitionKey: 'from', schema: Move }))
    .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 });

describe('a key of several fields', () => {
  it('keeps its fields apart, whatever is in them', () => {
    expect(keyOfFields(['a', 'b'], { a: '1:x', b: '2' }, '1:x')).toBe('3:1:x1:2');
    for (const parts of [
      ['', ''],
      ['1:', ':1'],
      ['12:34', '5'],
      ['é', '😀:'],
    ])
      expect(partsOf(joinParts(parts))).toEqual(parts);
    expect(joinParts(['a', 'bc'])).not.toBe(joinParts(['ab', 'c']));
  });

  it('groups by all of them, and shows each', () => {
    const { topology } = moves()
      .keyBy('from', 'to')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(lake());
    const move = (offset: number, to: string, atMs: number) => record(offset, JSON.stringify({ from: 'a', to, atMs }));
    const { results } = new Partition(topology).process(
      move(0, 'x', 0),
      move(1, 'y', 1),
      move(2, 'x', 2),
      move(3, 'z', 10),
    );
    expect(results.map(({ key, values }) => [key, values])).toEqual([
      ['1:a1:x', { from: 'a', to: 'x', n: 2 }],
      ['1:a1:y', { from: 'a', to: 'y', n: 1 }],
    ]);
    expect(topology.routingKeyOf('1:a1:y')).toBe('a');
    expect(topology.results.columns.map(({ name, type }) => [name, type])).toEqual([
      ['from', 'text'],
      ['to', 'text'],
      ['n', 'integer'],
    ]);
  });

  it('is a dead letter without one of them', () => {
    const { topology } = moves()
      .map(({ from, to }) => ({ from, to: (to === 'nowhere' ? undefined : to) as string }))
      .keyBy('from', 'to')
      .window(hopping({ sizeMs: 10, advanceMs: 5 }))
      .aggregate({ n: count() })
      .to(lake());
    const { deadLetters } = new Partition(topology).process(
      record(0, '{"from":"a","to":"nowhere","atMs":1}'),
      record(1, '{"from":"a","to":"x","atMs":1}'),
    );
    expect(deadLetters.map(({ code, offset }) => [code, offset])).toEqual([['KEY_INVALID', 0n]]);
  });

  it('has no field with a name that results bear already', () => {
    expect(() => timed().keyBy('key', 'value')).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});

it('count windows come out when they are full, numbered', () => {
  const { topology } = timed()
    .keyBy('key')
    .window(everyN({ n: 2 }))
    .aggregate({ total: sum('value') })
    .to(resultTable());
  const all = outputs(topology, ['a', 5, 1], ['b', 0, 1], ['a', 3, 2], ['a', 9, 4], ['b', 1, 8], ['a', 9, 16]);
  expect(
    all.flatMap(({ results }) =>
      results.map(({ key, windowStartMs, windowEndMs, sequence, values }) => [
        key,
        windowStartMs,
        windowEndMs,
        sequence,
        values['total'],
      ]),
    ),
  ).toEqual([
    ['a', 3, 6, 0, 3],
    ['b', 0, 2, 1, 9],
    ['a', 9, 10, 2, 20],
  ]);
});
