import { describe, expect, it } from '@jest/globals';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { readLake } from '../../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { MemorySink } from '../../../adapters/memory/sink.ts';
import type { Topology } from '../../../engine/topology.ts';
import { count, everyN, kinesis, lake, pipeline, resultTable, sum, tumbling } from '../../../engine/index.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import type { SourcePartition, SourceRecord } from '../../../engine/record.ts';
import { collect } from '../../support/collect.ts';
import { SHARD } from '../../support/samples.ts';
import { READING, reading, record, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const timed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1_000 });

/** A table and a lake that stay, whatever log is read into them. */
class Outputs {
  readonly table = new MemorySink();
  readonly files = new MemoryBlobStore();
  readonly #topology: Topology;
  #worlds = 0;

  constructor(topology: Topology = topologyOf()) {
    this.#topology = topology;
  }

  /** A log of its own, begun later than the ones before: of another incarnation or source, or the same one begun anew. */
  async read(partition: SourcePartition, ...records: SourceRecord[]): Promise<void> {
    const world = new World({ topology: this.#topology });
    world.commitIds = `world-${this.#worlds}`;
    await world.clock.sleep(++this.#worlds * 1_000);
    const sinks = [new LakeSink({ blobs: this.files, pipeline: 'readings', results: 'results' }), this.table];
    await processBatch({ ...world.instance().processor, sinks }, { partition, records });
  }

  get totals(): unknown[] {
    return this.table.results.map(({ key, windowStartMs, sequence, revision, values }) => [
      key,
      sequence ?? windowStartMs,
      revision,
      values['total'],
    ]);
  }

  lines(folder: string): Promise<Array<Record<string, unknown>>> {
    return collect(readLake(this.files, `readings/${folder}/`));
  }
}

describe('a log of a source that the pipeline has left since', () => {
  it('is no newer than those of the next source when the invocation that begins it was frozen meanwhile', async () => {
    const world = new World();
    const { processor } = world.instance();
    const begunMs = world.clock.nowMs();
    await world.clock.sleep(5_000);
    await processBatch(processor, { partition: SHARD, records: [reading(1, 'a', 0)], begunMs });
    expect((await world.head()).epochMs).toBe(begunMs);
  });
});

describe.each<[string, Partial<SourcePartition>]>([
  ['a stream that was deleted and made again', { incarnation: '2' }],
  ['a source of another name', { source: 'arrivals' }],
  ['a log that was deleted and begun anew', {}],
])('%s', (_, change) => {
  const newer = { ...SHARD, ...change };

  it('replaces results of the table, although it counts their revisions from 1 again', async () => {
    const outputs = new Outputs(topologyOf({ allowedLatenessMs: 100 }));
    await outputs.read(
      SHARD,
      reading(1, 'a', 0, 100),
      reading(2, 'a', 10),
      reading(3, 'a', 1, 50),
      reading(4, 'a', 2, 50),
      reading(5, 'b', 25),
      reading(6, 'b', 40),
    );
    expect(outputs.totals).toEqual([
      ['a', 0, 3, 200],
      ['a', 10, 1, 1],
      ['b', 20, 1, 1],
    ]);
    await outputs.read(newer, reading(1, 'a', 0, 1), reading(2, 'a', 5, 1), reading(3, 'a', 10), reading(4, 'a', 20));
    // The window of which it says nothing stays as it was.
    expect(outputs.totals).toEqual([
      ['a', 0, 1, 2],
      ['a', 10, 1, 1],
      ['b', 20, 1, 1],
    ]);
  });

  it('says every firing in the lake under an id of its own', async () => {
    const outputs = new Outputs();
    await outputs.read(SHARD, reading(1, 'a', 0, 100), reading(2, 'a', 10));
    await outputs.read(newer, reading(1, 'a', 0, 1), reading(2, 'a', 10));
    const lines = await outputs.lines('results');
    expect(lines.map(({ id, logEpochMs, total }) => [id, logEpochMs, total])).toEqual([
      ['readings/results/0-10/1000.1/a', 1_000, 100],
      ['readings/results/0-10/2000.1/a', 2_000, 1],
    ]);
  });

  it('replaces results without a window, which are numbered from 0 again', async () => {
    const outputs = new Outputs(
      timed()
        .keyBy('key')
        .window(everyN({ n: 2 }))
        .aggregate({ total: sum('value') })
        .to(resultTable(), lake()).topology,
    );
    await outputs.read(SHARD, ...[1, 2, 3, 4].map((offset) => reading(offset, 'a', offset, 100)));
    expect(outputs.totals).toEqual([
      ['a', 0, 1, 200],
      ['a', 1, 1, 200],
    ]);
    await outputs.read(newer, reading(1, 'a', 1, 1), reading(2, 'a', 2, 1));
    expect(outputs.totals).toEqual([
      ['a', 0, 1, 2],
      ['a', 1, 1, 200],
    ]);
    expect((await outputs.lines('results')).map(({ id }) => id)).toEqual([
      'readings/results/n0/1000.1/a',
      'readings/results/n1/1000.1/a',
      'readings/results/n0/2000.1/a',
    ]);
  });

  it('numbers its side outputs from 0 again, under ids of their own', async () => {
    const topology = timed()
      .branch('large', ({ value }) => value > 10)
      .keyBy('key')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable()).topology;
    const outputs = new Outputs(topology);
    await outputs.read(SHARD, reading(1, 'a', 0, 100));
    await outputs.read(newer, reading(1, 'b', 0, 50));
    const lines = await outputs.lines('outputs/large');
    expect(lines.map(({ id, key }) => [id, key])).toEqual([
      [`${SHARD.partition}/1000/0`, 'a'],
      [`${SHARD.partition}/2000/0`, 'b'],
    ]);
  });

  it('keeps late records and dead letters beside those that came at the same offsets before', async () => {
    const outputs = new Outputs();
    for (const partition of [SHARD, newer])
      await outputs.read(partition, reading(0, 'a', 20), reading(1, 'a', 0), record(2, 'not json'));
    const places = async (folder: string) =>
      (await outputs.lines(folder)).map(({ logEpochMs, offset }) => [logEpochMs, offset]);
    expect(await places('late')).toEqual([
      [1_000, '1'],
      [2_000, '1'],
    ]);
    expect(await places('dead-letters')).toEqual([
      [1_000, '2'],
      [2_000, '2'],
    ]);
    const files = await outputs.files.list('');
    expect(new Set(files).size).toBe(files.length);
  });
});
