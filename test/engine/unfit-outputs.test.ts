import { describe, expect, it } from '@jest/globals';
import { count, custom, kinesis, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import { ANYTHING, record, type Reading } from './support/readings.ts';
import { Partition } from './support/state.ts';

interface Given extends Reading {
  readonly hostile?: boolean;
}

const keyed = () =>
  pipeline('p')
    .source(kinesis({ stream: 's', partitionKey: 'key', schema: ANYTHING }))
    .eventTime((one) => one.timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1_000 });
const body = (offset: number, changes: Record<string, unknown>) =>
  record(offset, JSON.stringify({ key: 'a', timeMs: offset, value: 1, ...changes }));
const big = (isBig: boolean | undefined): unknown => (isBig === true ? 'x'.repeat(500_000) : 'small');
const BAD = 1n as unknown as number;

/** By every way out of an operator: the hostile record, between two good ones, at 2. */
const WAYS: ReadonlyArray<readonly [string, Topology]> = [
  [
    'emit',
    keyed()
      .keyBy('key')
      .process({
        results: { v: 'json' },
        onRecord: ({ value }, { emit }) => emit({ v: big((value as Given).hostile) }),
      })
      .to(resultTable()).topology,
  ],
  [
    'emit, then map',
    keyed()
      .keyBy('key')
      .process({ results: { v: 'json' }, onRecord: ({ value }, { emit }) => emit({ v: (value as Given).hostile }) })
      .map(({ v }) => ({ v: big(v as boolean) }), { v: 'json' })
      .to(resultTable()).topology,
  ],
  [
    'emitTo',
    keyed()
      .keyBy('key')
      .process({
        results: {},
        outputs: ['aside'],
        onRecord: ({ value }, { emitTo }) => emitTo('aside', (value as Given).hostile === true ? new Map() : 1),
      })
      .to(resultTable()).topology,
  ],
  [
    'branch',
    keyed()
      .map((value) => ({ ...value, more: (value as Given).hostile === true ? new Set() : 1 }))
      .branch('aside', () => true)
      .keyBy('key')
      .process({ results: {}, onRecord: () => undefined })
      .to(resultTable()).topology,
  ],
  [
    'branch behind flatMap',
    keyed()
      .flatMap((value) => [value, { ...value, more: (value as Given).hostile === true ? Symbol('s') : 1 }])
      .branch('aside', () => true)
      .keyBy('key')
      .process({ results: {}, onRecord: () => undefined })
      .to(resultTable()).topology,
  ],
];

describe('a record whose output no sink would take', () => {
  it.each(WAYS)('is a dead letter with its bytes, and the next one is processed: %s', (_, topology) => {
    const partition = new Partition(topology);
    const records = [body(1, {}), body(2, { hostile: true }), body(3, {})];
    const { results, sideOutputs, deadLetters } = partition.process(...records);
    expect(deadLetters).toMatchObject([{ offset: 2n, code: expect.stringMatching(/^VALUE_/), data: records[1]?.data }]);
    expect(results.length + sideOutputs.length).toBeGreaterThanOrEqual(2);
    expect(partition.state.counters).toMatchObject({ recordsIn: 3, counted: 2, deadLetters: 1 });
  });
});

describe('a firing whose result no sink would take', () => {
  const tooLarge = custom('large', ({ value }: Reading) => value, {
    init: () => 0,
    add: (a, b) => a + b,
    merge: (a, b) => a + b,
    result: (n) => 'x'.repeat(n),
    resultType: 'text',
    maxResultBytes: 500_000,
  });

  it.each<[string, Topology]>([
    [
      'map gives 500 kB',
      keyed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .map(({ n }) => ({ v: big(n > 1) }), { v: 'json' })
        .to(resultTable()).topology,
    ],
    [
      'map gives a value of another type',
      keyed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .map(({ n }) => ({ v: n > 1 ? ('2' as unknown as number) : n }), { v: 'integer' })
        .to(resultTable()).topology,
    ],
    [
      'map gives a promise',
      keyed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .map(({ n }) => (n > 1 ? (Promise.resolve({ v: 1 }) as never) : { v: n }), { v: 'integer' })
        .to(resultTable()).topology,
    ],
    [
      'map gives nothing',
      keyed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .map(({ n }) => (n > 1 ? (undefined as never) : { v: n }), { v: 'integer' })
        .to(resultTable()).topology,
    ],
  ])('is a dead letter with key and window, and the others come out: %s', (_, topology) => {
    const partition = new Partition(topology);
    const { results, deadLetters } = partition.process(
      body(1, {}),
      body(2, {}),
      record(3, JSON.stringify({ key: 'b', timeMs: 3, value: 1 }), { partitionKey: 'b' }),
      body(20, {}),
    );
    expect(results).toMatchObject([{ key: 'b', windowStartMs: 0 }]);
    expect(deadLetters).toMatchObject([{ code: 'RESULT_FAILED', partitionKey: 'a' }]);
    expect(JSON.parse(new TextDecoder().decode(deadLetters[0]?.data))).toEqual({
      key: 'a',
      windowStartMs: 0,
      windowEndMs: 10,
    });
  });

  it('of an aggregate that may be larger than a row is refused when the pipeline is defined', () => {
    expect(() =>
      keyed()
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ tooLarge }),
    ).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });

  it('of a timer is a dead letter that names the timer', () => {
    const topology = keyed()
      .keyBy('key')
      .process({
        results: { v: 'integer' },
        onRecord: ({ eventTimeMs }, { setTimer }) => setTimer(eventTimeMs + 5, 'later'),
        onTimer: (_, { emit }) => emit({ v: BAD / 2 }),
      })
      .to(resultTable()).topology;
    const { results, deadLetters } = new Partition(topology).process(body(1, {}), body(20, {}));
    expect(results).toEqual([]);
    expect(deadLetters).toMatchObject([{ code: 'RESULT_FAILED' }]);
    expect(JSON.parse(new TextDecoder().decode(deadLetters[0]?.data))).toEqual({ key: 'a', timer: 'later', timeMs: 6 });
  });
});
