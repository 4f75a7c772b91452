import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureTopic } from '../../local/kafka/topic.ts';
import { commandRun } from '../verify/command-run.ts';
import type { Row } from '../verify/compare.ts';
import { shardStarts } from '../verify/expected.ts';
import { FED, shownBy, type FedPipeline } from '../verify/fed/fed-pipelines.ts';
import { shardName, shardOf } from '../verify/records-by-shard.ts';
import type { Run } from '../verify/run.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

const SHARDS = 3;
const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The pipeline of this name, fed from a topic, as a user would write it down. It keeps its name, for it has a data dir of its
 * own; its topic is parted as a stream is, so that both have the same watermarks.
 */
function fedModule(name: string): string {
  const path = (file: string): string => JSON.stringify(join(ROOT, file));
  return `import { fedFrom, kafka } from ${path('engine/index.ts')};
import original from ${path(`pipelines/${name}.ts`)};
const { stream, ...source } = original.topology.source;
export default fedFrom(original, ${JSON.stringify(name)}, kafka({ ...source, topic: stream, partitioner: 'any' }));
`;
}

describeService('every pipeline, fed from Kafka and from Kinesis', () => {
  let broker: KafkaBroker;
  let producer: Producer;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-parity-'));
    broker = await startKafka();
    producer = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).producer({
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
  });
  afterAll(async () => {
    await producer?.disconnect();
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Parts the records as a stream of as many shards does. */
  async function fill(topic: string, { open, records }: FedPipeline): Promise<void> {
    const starts = shardStarts(SHARDS);
    await ensureTopic({ brokers: [broker.bootstrap] }, topic, SHARDS);
    const input = open();
    for await (const piece of input.read(0, Math.min(records, input.length))) {
      await producer.send({
        topic,
        messages: piece.map(({ partitionKey, data }) => ({
          partition: shardOf(partitionKey, starts),
          key: partitionKey,
          value: Buffer.from(data),
        })),
      });
    }
  }

  const runs = async (name: string, fed: FedPipeline): Promise<{ readonly kafka: Run; readonly kinesis: Run }> => {
    const {
      default: { topology },
    } = (await import(join(ROOT, 'pipelines', `${name}.ts`))) as {
      readonly default: { readonly topology: { readonly source: { readonly stream: string } } };
    };
    await fill(topology.source.stream, fed);
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, fedModule(name));
    const settings = { records: fed.records, shards: SHARDS, name };
    return {
      kafka: await commandRun({
        ...settings,
        pipeline: file,
        dataDir: join(folder, 'kafka'),
        args: ['--kafka', broker.bootstrap],
      }),
      kinesis: await commandRun({ ...settings, pipeline: name, dataDir: join(folder, 'kinesis') }),
    };
  };

  describe.each(Object.entries(FED))('%s', (name, fed) => {
    let kafka: Run;
    let kinesis: Run;
    beforeAll(async () => {
      ({ kafka, kinesis } = await runs(name, fed));
    }, 120_000);

    it('gives the same bytes: results, every firing, late records, side outputs, counts', () => {
      expect(textOf(kafka)).toEqual(textOf(kinesis));
      expect(shownBy(kafka)).toEqual(fed.shows);
      expect(kafka.results.length).toBeGreaterThan(30);
    });

    it('gives what is computed without the engine', async () => {
      const comparisons = await fed.verdictOf(asFromShards(kafka), SHARDS);
      expect(comparisons).toEqual(
        comparisons.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })),
      );
    });
  });
});

/** All that a reader sees, line by line in one order; of the lake none is promised across files. */
function textOf(run: Run): Readonly<Record<string, unknown>> {
  const lines = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  const { results, lake, late, deadLetters, sideOutputs = {}, counts } = asFromShards(run);
  return {
    results: results.map((row) => JSON.stringify(row)),
    lake: lines(lake),
    late: lines(late.map(withoutPlace)),
    deadLetters: lines(deadLetters.map(withoutPlace)),
    sideOutputs: Object.fromEntries(Object.entries(sideOutputs).map(([name, rows]) => [name, lines(rows)])),
    counts,
  };
}

/** A stream and a topic number their records differently, and store them at another time: nothing else may differ. */
function withoutPlace({ offset: _offset, arrivalTimeMs: _arrivalTimeMs, ...row }: Row): Row {
  return row;
}

/** Partition 2 is the third shard. */
function asFromShards(run: Run): Run {
  const renamed = (partition: string): string =>
    partition.replace(/^\d+(?=\/|$)/, (number) => shardName(Number(number)));
  const late = (rows: readonly Row[]): Row[] =>
    rows.map((row) => ({ ...row, partition: renamed(String(row['partition'])) }));
  return {
    ...run,
    late: late(run.late),
    deadLetters: late(run.deadLetters),
    sideOutputs: Object.fromEntries(
      Object.entries(run.sideOutputs ?? {}).map(([name, rows]) => [
        name,
        rows.map((row) => ({ ...row, id: renamed(String(row['id'])) })),
      ]),
    ),
  };
}
