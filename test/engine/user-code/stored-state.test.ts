import { describe, expect, it } from '@jest/globals';
import { custom, kinesis, partitionValue, pipeline, resultTable } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import { READING, reading, topologyOf, type Reading } from '../support/readings.ts';
import { StreamWorld } from '../support/stream-world.ts';
import { forever, guardedWorld, userCode } from './support.ts';

interface Form {
  readonly read?: () => void;
  readonly write?: () => void;
  readonly result?: () => void;
}

/** Adds up, with a form of its own. */
const adding = ({ read, write, result }: Form = {}): Topology =>
  topologyOf({
    aggregates: {
      sum: custom('total', ({ value }: Reading) => value, {
        init: () => 0,
        add: (total, value) => total + value,
        merge: (a, b) => a + b,
        result: (total) => {
          result?.();
          return total;
        },
        write: (writer, total) => {
          write?.();
          writer.varint(total);
        },
        read: (reader) => {
          read?.();
          return reader.varint();
        },
        resultType: 'integer',
      }),
    },
  });

describe('a custom aggregate whose code was changed', () => {
  it('stops its partition with an error that names it when its read never ends, until it does', async () => {
    const world = guardedWorld(adding());
    await world.instance().process(reading(1, 'a', 0, 2));
    const changed = world.instance({ topology: adding({ read: forever }) });
    await expect(changed.process(reading(2, 'a', 1, 3))).rejects.toMatchObject({
      kind: 'internal',
      code: 'USER_CODE_TIMEOUT',
      message: 'read of total must end within 1500 ms, got more; correct the pipeline',
    });
    await world.instance().process(reading(2, 'a', 1, 3), reading(3, 'a', 15));
    expect(world.sink.results.map(({ values }) => values)).toEqual([{ sum: 5 }]);
  });

  it('stops its partition with an error that names it when its write never ends in a commit', async () => {
    // `add` asks for the result last: from then on only the commit writes.
    let isAdded = false;
    const write = () => (isAdded ? forever() : undefined);
    const result = () => {
      isAdded = true;
    };
    const world = guardedWorld(adding({ write, result }));
    await expect(world.instance().process(reading(1, 'a', 0))).rejects.toMatchObject({
      kind: 'internal',
      code: 'USER_CODE_TIMEOUT',
      message: 'write of total must end within 1500 ms, got more; correct the pipeline',
    });
    expect(await world.entries()).toEqual([]);
  });
});

/** The largest value of the partition. */
const highest = (merge: (a: number, b: number) => number): Topology =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('key')
    .process({
      state: { highest: partitionValue<never>({ initial: 0 as never, merge: merge as never }) },
      results: { n: 'number' },
      onRecord: ({ value: { value } }, { state, emit }) => {
        state.highest.set(Math.max(value, state.highest.get()) as never);
        emit({ n: state.highest.get() });
      },
    })
    .to(resultTable()).topology;

describe('the value of a partition whose merge never ends', () => {
  it('keeps a merged shard from taking over, with an error that names it, until the code is corrected', async () => {
    const stream = new StreamWorld({ topology: highest(forever), userCode: userCode() });
    for (const shard of ['low', 'high']) stream.open(shard);
    await stream.instance().take('low', stream.put('low', ['a', 0, 5]));
    await stream.instance().take('high', stream.put('high', ['b', 0, 8]));
    stream.merge('low', 'high', 'child');
    const records = stream.put('child', ['a', 1, 3]);
    await expect(stream.instance().take('child', records)).rejects.toMatchObject({
      kind: 'internal',
      code: 'USER_CODE_TIMEOUT',
      message: expect.stringMatching(/^merge of \S+\/highest must end within 1500 ms, got more; correct the pipeline$/),
    });
    expect(await stream.head('child')).toBeUndefined();
    const corrected = stream.instance({ topology: highest(Math.max) });
    await corrected.take('child', records);
    expect(stream.world.sink.results.at(0)).toMatchObject({ key: 'a', values: { n: 8 } });
  });
});
