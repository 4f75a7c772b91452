import { describe, expect, it } from '@jest/globals';
import { count, everyProcessingTime, kinesis, lake, pipeline, sum, tumbling, value } from '../../engine/index.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { processTick } from '../../engine/process-tick.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { SHARD } from '../support/samples.ts';
import { ANYTHING, reading, READING, record, topologyOf } from './support/readings.ts';
import { Partition } from './support/state.ts';
import { StreamWorld } from './support/stream-world.ts';

const LATER_MS = 10_000_000;
const later = (of: SourceRecord): SourceRecord => ({ ...of, arrivalTimeMs: LATER_MS });
const failing = {
  ...sum('value'),
  extract: ({ value: amount }: { value: number }) => {
    if (amount === 13) throw new Error('no thirteen');
    return amount;
  },
};

/** One record for each place on the way at which one is refused. */
const REFUSED: ReadonlyArray<readonly [what: string, record: SourceRecord]> = [
  [
    'by its adapter',
    record(2, '{}', {
      refusal: new TidemarkError('data', 'TOMBSTONE', 'record must have a value, got null; send one'),
    }),
  ],
  ['for its bytes', record(2, Uint8Array.of(0xff))],
  ['by the schema', record(2, '{"key":"a","timeMs":"5","value":1}')],
  ['for its key', record(2, '{"key":"b","timeMs":5,"value":1}')],
  ['for an event time that is none', record(2, '{"key":"a","timeMs":0.5,"value":1}')],
  ['for an event time beyond the clock skew', reading(2, 'a', LATER_MS + 1_001)],
  ['by code of the pipeline', reading(2, 'a', 500, 13)],
];

describe.each(REFUSED)('a record that is refused %s', (_, refused) => {
  it('moves no clock of its partition, however late it says that it arrived', () => {
    const partition = new Partition(topologyOf({ aggregates: { total: failing } }));
    partition.process(reading(1, 'a', 0));
    const { watermarkMs, processingTimeMs, lastArrivalMs } = partition.state;
    expect(partition.process(later(refused)).deadLetters).toHaveLength(1);
    expect(partition.state).toMatchObject({ watermarkMs, processingTimeMs, lastArrivalMs, reached: 2n });
  });

  it('does not keep the partition from being idle: a tick brings its windows out', async () => {
    const world = new StreamWorld({ topology: topologyOf({ aggregates: { total: failing } }) });
    world.open('one');
    const instance = world.instance();
    await instance.take('one', [reading(1, 'a', 0), later(refused)]);
    expect(await instance.tick(100_000)).toBe(1);
    expect(world.world.sink.results.map(({ windowStartMs, values }) => [windowStartMs, values])).toEqual([
      [0, { total: 1 }],
    ]);
  });
});

describe('a partition of which every record was refused', () => {
  const refused = [later(record(1, 'no json')), later(record(2, 'no json'))];

  it('is idle, and holds no other partition back', async () => {
    const world = new StreamWorld();
    for (const shard of ['refusing', 'counting']) world.open(shard);
    const instance = world.instance();
    await instance.take('refusing', refused);
    await instance.take('counting', [reading(1, 'a', 0)]);
    expect(await processTick(instance.inner.processor, SHARD, 100_000)).toMatchObject({
      shards: 2,
      idleShards: 2,
      shardsMoved: 1,
    });
    expect((await world.head('counting'))?.watermarkMs).toBe(100_000 - 60_000);
  });

  it('says since when its dead letters wait that a sink does not take', async () => {
    const world = new StreamWorld();
    world.open('refusing');
    const instance = world.instance();
    world.world.sink.isDown = true;
    await expect(instance.take('refusing', refused)).rejects.toMatchObject({ kind: 'unavailable' });
    world.put('refusing', ['a', 0]);
    world.catalog.remains = () => 'records';
    expect(await processTick(world.instance().inner.processor, SHARD, 2 * LATER_MS)).toMatchObject({
      undeliveredSinceMs: LATER_MS,
    });
  });
});

describe('a timer of processing time', () => {
  const ticking = (onTimer: () => void) =>
    pipeline('ticking')
      .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: ANYTHING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('key')
      .process({
        state: { fired: value<number>() },
        results: { amount: 'number' },
        outputs: ['timer'],
        onRecord: ({ value: { value: amount } }, { setProcessingTimer, emit }) => {
          setProcessingTimer(2_000);
          emit({ amount });
          if (amount === 13) throw new Error('no thirteen');
        },
        onTimer: (_, { emitTo, state }) => {
          state.fired.set((state.fired.get() ?? 0) + 1);
          emitTo('timer', 'fired');
          onTimer();
        },
      })
      .to(lake()).topology;

  it('does not fire for a record that is refused, and fires with the next one that is not', () => {
    const partition = new Partition(ticking(() => {}));
    partition.process(reading(1, 'a', 0));
    const outbox = partition.process({ ...reading(2, 'a', 1, 13), arrivalTimeMs: 5_000 });
    expect(outbox).toMatchObject({ results: [], sideOutputs: [], deadLetters: [{ code: 'USER_CODE' }] });
    expect(partition.state.tables[1]?.get(0, 'a')).toBeUndefined();
    expect(partition.process({ ...reading(3, 'a', 2), arrivalTimeMs: 2_000 }).sideOutputs).toMatchObject([
      { output: 'timer', value: 'fired' },
    ]);
    expect(partition.state.tables[1]?.get(0, 'a')).toMatchObject({ json: '1' });
  });

  it('leaves no dead letter of its own when it failed on the way to a record that is refused', () => {
    const partition = new Partition(
      ticking(() => {
        throw new Error('no timer');
      }),
    );
    partition.process(reading(1, 'a', 0));
    expect(
      partition.process({ ...reading(2, 'a', 1, 13), arrivalTimeMs: 5_000 }).deadLetters.map(({ code }) => code),
    ).toEqual(['USER_CODE']);
    expect(
      partition.process({ ...reading(3, 'a', 2), arrivalTimeMs: 5_000 }).deadLetters.map(({ code }) => code),
    ).toEqual(['RESULT_FAILED']);
  });
});

describe('a late record', () => {
  const early = pipeline('early')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('key')
    .window(tumbling({ sizeMs: 10 }), { trigger: { early: everyProcessingTime(100) } })
    .aggregate({ n: count() })
    .to(lake()).topology;

  it('has arrived: processing time moves to its arrival, and what that fires stays fired', () => {
    const partition = new Partition(early);
    partition.process(reading(1, 'a', 50), reading(2, 'a', 51));
    const { results, lateRecords } = partition.process({ ...reading(3, 'a', 9), arrivalTimeMs: 1_250 });
    expect(lateRecords).toHaveLength(1);
    expect(results.map(({ windowStartMs, values }) => [windowStartMs, values])).toEqual([[50, { n: 2 }]]);
    expect(partition.state).toMatchObject({
      processingTimeMs: 1_250,
      lastArrivalMs: 1_250,
      counters: { counted: 2, late: 1 },
    });
  });
});
