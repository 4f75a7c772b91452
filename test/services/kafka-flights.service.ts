import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandRun } from '../verify/command-run.ts';
import { expectedOf } from '../verify/expected.ts';
import { verdictOf } from '../verify/verdict.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

/** By a client that nobody here wrote. */
function partitionOf(partitions: number): (key: string) => number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }));
  const partitioner = Partitioners.DefaultPartitioner();
  return (key) => partitioner({ topic: 'departures', partitionMetadata, message: { key, value: '' } });
}

describeService('the flights, fed from Kafka', () => {
  let broker: KafkaBroker;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-flights-'));
    broker = await startKafka();
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are counted window by window as DuckDB counts them, late records included', async () => {
    const run = await commandRun({
      records: 30_000,
      shards: 4,
      dataDir: folder,
      pipeline: 'flights-kafka',
      args: ['--kafka', broker.bootstrap],
    });
    const expected = await expectedOf({ records: 30_000, shards: 4, partitionOf: partitionOf(4) });
    const comparisons = verdictOf(expected, run, 'flights-kafka');
    expect(comparisons).toEqual(
      comparisons.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })),
    );
    expect(expected.late.length).toBeGreaterThan(20);
  });
});
