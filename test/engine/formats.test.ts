import { describe, expect, it } from '@jest/globals';
import { avro, count, kinesis, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { processBatch } from '../../engine/process-batch.ts';
import { SHARD } from '../support/samples.ts';
import { READING, record } from './support/readings.ts';
import { World } from './support/world.ts';

const topology: Topology = pipeline('readings')
  .source(
    kinesis({ stream: 'readings', partitionKey: 'key', schema: READING, format: avro({ registry: 'confluent' }) }),
  )
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable()).topology;

/** Reads one byte as the time of a reading of `a`; 255 is none. */
const seen: bigint[][] = [];
const decoder = {
  decode: async (records: readonly SourceRecord[]): Promise<SourceRecord[]> => {
    seen.push(records.map(({ offset }) => offset));
    return records.map((one) =>
      one.data[0] === 255
        ? { ...one, refusal: new TidemarkError('data', 'SCHEMA_UNKNOWN', 'text') }
        : { ...one, value: { key: 'a', timeMs: one.data[0], value: 1 } },
    );
  },
};
const byte = (offset: number, timeMs: number): SourceRecord => record(offset, new Uint8Array([timeMs]));

describe('a source whose format is not JSON', () => {
  it('is read by its decoder, replayed records left out, in a stream as in a topic', async () => {
    const world = new World({ topology });
    const processor = { ...world.instance().processor, decoder };
    await processBatch(processor, { partition: SHARD, records: [byte(1, 0), byte(2, 255), byte(3, 3)] });
    await processBatch(processor, { partition: SHARD, records: [byte(3, 3), byte(4, 20)] });
    expect(seen).toEqual([[1n, 2n, 3n], [4n]]);
    expect(world.sink.results).toMatchObject([{ key: 'a', values: { n: 2 } }]);
    expect(world.sink.deadLetters).toMatchObject([{ offset: 2n, code: 'SCHEMA_UNKNOWN', data: new Uint8Array([255]) }]);
  });

  it('commits what a decoder has read before it asks for the rest, so that a failure repeats the rest alone', async () => {
    const world = new World({ topology });
    let calls = 0;
    const oneByOne = {
      decode: async (records: readonly SourceRecord[]) => {
        if (++calls === 3) throw new TidemarkError('unavailable', 'REGISTRY_UNAVAILABLE', 'text');
        return decoder.decode(records.slice(0, 1));
      },
    };
    const processor = { ...world.instance().processor, decoder: oneByOne };
    const records = [byte(1, 0), byte(2, 1), byte(3, 2), byte(4, 20)];
    seen.length = 0;
    await expect(processBatch(processor, { partition: SHARD, records })).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
    });
    expect(await processBatch(processor, { partition: SHARD, records })).toMatchObject({
      recordsIn: 2,
      recordsReplayed: 2,
      commits: 2,
    });
    expect(seen).toEqual([[1n], [2n], [3n], [4n]]);
    expect(world.sink.results).toMatchObject([{ key: 'a', values: { n: 3 } }]);
  });

  it('is not taken for JSON when the decoder is missing', async () => {
    const instance = new World({ topology }).instance();
    await expect(instance.process(byte(1, 0))).rejects.toMatchObject({ kind: 'internal', code: 'NOT_DECODED' });
  });
});
