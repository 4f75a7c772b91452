import { describe, expect, it } from '@jest/globals';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import {
  avro,
  count,
  days,
  hours,
  kafka,
  kinesis,
  lake,
  minutes,
  pipeline,
  resultTable,
  seconds,
  sliding,
  stream,
  sum,
  topic,
  tumbling,
} from '../../../engine/index.ts';
import { READING, type Reading } from '../support/readings.ts';

const source = (settings: object = {}) =>
  kinesis({ stream: 'readings', partitionKey: 'key', schema: READING, ...settings });
const untimed = () => pipeline('readings').source(source());
const timed = (settings: object = {}) =>
  untimed().eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, ...settings });
const windowed = (settings: object = {}) =>
  timed()
    .keyBy('key')
    .window(tumbling({ sizeMs: 10 }), settings);
const aggregated = () => windowed().aggregate({ n: count() });

describe('a wrong setting is refused at the call that got it', () => {
  it.each<[string, () => unknown]>([
    ['a pipeline name with capitals', () => pipeline('Flights')],
    ['an empty pipeline name', () => pipeline('')],
    ['a pipeline name that begins with a digit', () => pipeline('1st')],
    ['a pipeline name of 64 letters', () => pipeline('x'.repeat(64))],
    ['a stream name with a slash', () => source({ stream: 'a/b' })],
    ['no stream name', () => source({ stream: '' })],
    ['a stream name of 129 letters', () => source({ stream: 'x'.repeat(129) })],
    ['an empty partition key', () => source({ partitionKey: '' })],
    ['a partition key that is no text', () => source({ partitionKey: null })],
    ['a schema that is none', () => source({ schema: {} })],
    ['no schema', () => source({ schema: undefined })],
    ['a registry that nobody knows', () => avro({ registry: 'karapace' as never })],
    ['a reader schema as text', () => avro({ registry: 'glue', readerSchema: '"string"' as never })],
    ['a format that nobody knows', () => source({ format: { kind: 'protobuf' } })],
    ['a result topic with a slash', () => topic({ topic: 'a/b' })],
    ['the latest of something else', () => topic({ topic: 'a', latestPer: 'day' as never })],
    ['a topic name with a slash', () => kafka({ topic: 'a/b', partitionKey: 'key', schema: READING })],
    ['a topic name that begins with a dot', () => kafka({ topic: '.', partitionKey: 'key', schema: READING })],
    ['a topic name of 250 letters', () => kafka({ topic: 'x'.repeat(250), partitionKey: 'key', schema: READING })],
    [
      'an isolation level that nobody knows',
      () => kafka({ topic: 't', partitionKey: 'key', schema: READING, isolationLevel: 'serializable' as never }),
    ],
    [
      'a partitioner that nobody knows',
      () => kafka({ topic: 't', partitionKey: 'key', schema: READING, partitioner: 'crc32' as never }),
    ],
    ['a partitioner without a partition key', () => kafka({ topic: 't', schema: READING, partitioner: 'murmur2' })],
    ['a key function without a name', () => timed().keyBy(({ key }) => key, {} as never)],
    ['a key function alone', () => (timed().keyBy as unknown as (keyOf: () => string) => unknown)(() => 'a')],
    ['a key function whose name has a dot', () => timed().keyBy(({ key }) => key, { name: 'a.b' })],
    ['a key function whose name has 61 letters', () => timed().keyBy(({ key }) => key, { name: 'x'.repeat(61) })],
    ['a key function for no receiver', () => timed().keyBy(({ key }) => key, { name: 'k', receivers: [1, 0] })],
    ['a pace between whole seconds', () => timed().keyBy('value', { paceMs: 1_500 })],
    ['a pace of less than a second', () => timed().keyBy(({ key }) => key, { name: 'k', paceMs: 500 })],
    ['a pace of more than half a minute', () => timed().keyAll({ paceMs: 31_000 })],
    ['a pace as text', () => timed().keyBy('value', { paceMs: '1000' as never })],
    ['one key for all, by an exchange with a slash', () => timed().keyAll({ name: 'a/b' })],
    ['a batch of Kafka records of 0', () => kafka({ topic: 't', partitionKey: 'key', schema: READING, batchSize: 0 })],
    ['a batch size of 0', () => source({ batchSize: 0 })],
    ['a batch size of 10,001', () => source({ batchSize: 10_001 })],
    ['half a record', () => source({ batchSize: 0.5 })],
    ['a batching window below 0', () => source({ maxBatchingWindowMs: -1 })],
    ['a batching window of 300,001 ms', () => source({ maxBatchingWindowMs: 300_001 })],
    ['a timestamp extractor that is none', () => untimed().eventTime('timeMs' as never, { maxOutOfOrdernessMs: 0 })],
    ['no out-of-orderness bound', () => timed({ maxOutOfOrdernessMs: undefined })],
    ['an out-of-orderness bound below 0', () => timed({ maxOutOfOrdernessMs: -1 })],
    ['an out-of-orderness bound of NaN', () => timed({ maxOutOfOrdernessMs: NaN })],
    ['an infinite out-of-orderness bound', () => timed({ maxOutOfOrdernessMs: Infinity })],
    ['an idle timeout of 0', () => timed({ idleTimeoutMs: 0 })],
    ['a clock skew below 0', () => timed({ maxClockSkewMs: -1 })],
    ['a window of no size', () => tumbling({ sizeMs: 0 })],
    ['a window with a fraction', () => tumbling({ sizeMs: 0.5 })],
    ['a window as text', () => tumbling({ sizeMs: '10' as never })],
    ['an offset below 0', () => tumbling({ sizeMs: 10, offsetMs: -1 })],
    ['an offset as large as the window', () => tumbling({ sizeMs: 10, offsetMs: 10 })],
    ['an allowed lateness below 0', () => windowed({ allowedLatenessMs: -1 })],
    ['no aggregates', () => windowed().aggregate({})],
    ...['id', 'key', 'windowStartMs', 'windowEndMs', 'revision', 'values', '__proto__'].map(
      (name): [string, () => unknown] => [
        `an aggregate called ${name}`,
        () => windowed().aggregate({ [name]: count() }),
      ],
    ),
    ['an aggregate of no field', () => sum('')],
    ['no sink', () => (aggregated().to as () => unknown)()],
    ['an output stream with a slash in its name', () => stream({ stream: 'a/b' })],
    ['results into the source', () => aggregated().to(stream({ stream: 'readings' }))],
    ['the same sink twice', () => aggregated().to(resultTable(), resultTable())],
  ])('%s', (_, call) => {
    expect(call).toThrow(
      expect.objectContaining({
        name: 'TidemarkError',
        kind: 'invalid',
        code: 'INVALID_SETTING',
        message: expect.stringMatching(/^[a-zA-Z ]+ must be .+, got .+; .+$/),
      }),
    );
  });

  it('with what it must be, what it was and what to do', () => {
    expect(() => tumbling({ sizeMs: -5 })).toThrow('sizeMs must be an integer above 0, got -5; pass minutes(1)');
  });

  it('sliding windows behind an exchange, and receivers and paces that cannot be', () => {
    const anew = timed().keyBy('value', { receivers: [2] });
    expect(() => anew.window(sliding({ timeDifferenceMs: 10 }))).toThrow(
      'window behind an exchange must be other than sliding, got "sliding(timeDifference=10)"; use hopping windows',
    );
    expect(() => timed().keyBy('value', { receivers: [0] })).toThrow(
      'receivers must be 1 to 16 whole numbers from 1 to 256, the last one is that of today, got [0]',
    );
    expect(() => timed().keyBy('value', { receivers: [] as never })).toThrow('receivers must be 1 to 16');
    expect(() => timed().keyBy('value', { receivers: new Array(17).fill(1) as never })).toThrow('receivers must be');
    expect(() => timed().keyBy('value', { receivers: [4, 257] })).toThrow('receivers must be 1 to 16');
    expect(() => timed().keyBy('value', { paceMs: 250 })).toThrow(
      'paceMs must be 0, or whole seconds up to 30000, got 250; pass paceMs: seconds(1), or 0 to wait for nothing',
    );
    expect(() => timed().keyBy('value', { name: 'a/b' })).toThrow('name of the exchange must be letters');
    expect(() => timed().keyBy('key', { receivers: [2] })).toThrow(
      'exchange must be left out where the key begins with the partition key "key"',
    );
  });
  it('without repeating a long value in full', () => {
    expect(() => pipeline('X'.repeat(10_000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,350}$/) }),
    );
  });
});

describe('the limits themselves are allowed', () => {
  it.each<[string, () => unknown]>([
    ['a pipeline name of 63 letters', () => pipeline('x'.repeat(63))],
    ['batch sizes of 1 and 10,000', () => [source({ batchSize: 1 }), source({ batchSize: 10_000 })]],
    [
      'batching windows of 0 and 300,000 ms',
      () => [source({ maxBatchingWindowMs: 0 }), source({ maxBatchingWindowMs: 300_000 })],
    ],
    ['no slack at all', () => timed({ maxOutOfOrdernessMs: 0, maxClockSkewMs: 0, idleTimeoutMs: 1 })],
    ['the last offset of a window', () => tumbling({ sizeMs: 10, offsetMs: 9 })],
    ['every sink', () => aggregated().to(resultTable(), lake(), stream({ stream: 'results' }))],
  ])('%s', (_, call) => {
    expect(call).not.toThrow();
  });
});

describe('a definition', () => {
  it('is frozen at every call', () => {
    const frozen: object[] = [
      pipeline('readings'),
      source(),
      untimed(),
      timed(),
      timed().keyBy('key'),
      windowed(),
      aggregated(),
      resultTable(),
      lake(),
      tumbling({ sizeMs: 10 }),
      count(),
      sum('value'),
    ];
    const complete = aggregated().to(resultTable());
    const { topology } = complete;
    frozen.push(
      complete,
      topology,
      topology.source,
      topology.eventTime,
      topology.operators,
      ...topology.operators,
      topology.tables,
      topology.keyFields,
      topology.sinks,
    );
    for (const value of frozen) expect(Object.isFrozen(value)).toBe(true);
  });

  it('can be continued twice from the same place', () => {
    const base = windowed();
    const one = base.aggregate({ n: count() }).to(resultTable());
    const other = base.aggregate({ total: sum('value') }).to(lake());
    expect(one.topology.results.columns?.map(({ name }) => name)).toEqual(['n']);
    expect(other.topology.results.columns?.map(({ name }) => name)).toEqual(['total']);
  });

  it('has the defaults that its documentation names', () => {
    const { source: from, eventTime, results, operators } = aggregated().to(resultTable()).topology;
    expect(from).toMatchObject({ batchSize: 1_000, maxBatchingWindowMs: 1_000 });
    expect(eventTime).toMatchObject({ idleTimeoutMs: minutes(1), maxClockSkewMs: hours(1) });
    expect(results).toMatchObject({ allowedLatenessMs: 0, windowMs: 10, identity: 'window' });
    expect(operators[0]?.schema[0]).toBe('window: tumbling(size=10,offset=0)');
  });

  it('counts durations in ms', () => {
    expect([seconds(2), minutes(2), hours(2), days(2)]).toEqual([2_000, 120_000, 7_200_000, 172_800_000]);
  });

  it('says each aggregate in a canonical text', () => {
    const { results } = windowed()
      .aggregate({ n: count(), total: sum<'value'>('value') })
      .to(resultTable()).topology;
    expect(results.columns?.map(({ descriptor }) => descriptor)).toEqual(['count()', 'sum(value)']);
    expect(
      (sum('value') as Aggregate<Reading>).extract({ key: 'a', timeMs: 0, value: 5 } satisfies Reading, {
        eventTimeMs: 0,
      }),
    ).toBe(5);
  });
});
