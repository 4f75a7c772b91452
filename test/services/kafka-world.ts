import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { slotKey } from '../../adapters/dynamodb/log-item.ts';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { KafkaEvent } from '../../adapters/kafka/decode-event.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { count, kafka, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../engine/index.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { kafkaHandler } from '../../lambdas/kafka-wiring.ts';
import { KafkaEventSource } from '../../local/kafka/event-source.ts';
import type { StreamInfo } from '../../local/aws/stream.ts';
import { ensureTopic } from '../../local/kafka/topic.ts';
import { parseMetrics } from '../../local/worker/metrics.ts';
import { READING } from '../engine/support/readings.ts';
import { collect } from '../support/collect.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/test-dynamodb.ts';
import type { KafkaBroker } from './java/kafka-broker.ts';

/** Readings of a topic, counted and summed per key in windows [0, 1000), [1000, 2000), … */
export function readingsOf(topic: string): Pipeline {
  return pipeline(topic)
    .source(kafka({ topic, partitionKey: 'key', schema: READING, batchSize: 50, maxBatchingWindowMs: 20 }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('key')
    .window(tumbling({ sizeMs: 1_000 }), { allowedLatenessMs: 1_000_000 })
    .aggregate({ n: count(), total: sum('value') })
    .to(resultTable()) as Pipeline;
}

/** The handler over a DynamoDB of this process, and event sources that call it. */
export class KafkaWorld {
  readonly failures: string[] = [];
  /** By event source, in the order in which they were made. */
  readonly invocations: number[] = [];
  /** What each invocation was given, as `partition@offset`. */
  readonly handedOver: string[][] = [];
  /** Called before each invocation. */
  beforeInvocation: () => Promise<void> = async () => undefined;
  readonly #broker: KafkaBroker;
  readonly #dynamoDb: TestDynamoDb;
  readonly #tables: { readonly log: string; readonly results: string };
  readonly #folder: string;
  readonly #topic: StreamInfo;
  readonly #pipeline: Pipeline;

  private constructor(
    broker: KafkaBroker,
    dynamoDb: TestDynamoDb,
    pipeline: Pipeline,
    folder: string,
    tables: { readonly log: string; readonly results: string },
    topic: StreamInfo,
  ) {
    this.#broker = broker;
    this.#dynamoDb = dynamoDb;
    this.#pipeline = pipeline;
    this.#folder = folder;
    this.#tables = tables;
    this.#topic = topic;
  }

  /** A world around a new topic. */
  static async open(
    broker: KafkaBroker,
    topic: string,
    {
      partitions = 4,
      configs = {} as Record<string, string>,
      pipeline = readingsOf(topic),
      security = {} as Record<string, string>,
      partialBatches = 'yes' as 'yes' | 'no',
    } = {},
  ): Promise<KafkaWorld> {
    // Until every partition has a leader: kafkajs would repeat what some of them have taken already.
    const made = await ensureTopic({ brokers: [broker.bootstrap] }, topic, partitions, configs);
    const dynamoDb = await startTestDynamoDb();
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-world-'));
    const tables = { log: await dynamoDb.createLogTable(), results: await dynamoDb.createResultTable() };
    Object.assign(process.env, {
      TIDEMARK_LOG_TABLE: tables.log,
      TIDEMARK_RESULTS_TABLE: tables.results,
      TIDEMARK_BLOBS: pathToFileURL(join(folder, 'blobs')).href,
      TIDEMARK_LAKE: pathToFileURL(join(folder, 'lake')).href,
      TIDEMARK_KAFKA_BROKERS: broker.bootstrap,
      TIDEMARK_KAFKA_AUTH: 'none',
      ...security,
      TIDEMARK_PARTIAL_BATCHES: partialBatches,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamoDb.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    return new KafkaWorld(broker, dynamoDb, pipeline, folder, tables, made);
  }

  /** A member of the group with a function instance of its own. */
  source(partitions = 4): KafkaEventSource {
    const handler = kafkaHandler(this.#pipeline);
    const index = this.invocations.push(0) - 1;
    return new KafkaEventSource({
      connection: { brokers: [this.#broker.bootstrap] },
      groupId: `group-of-${this.#topic.name}`,
      topic: this.#topic.name,
      partitions,
      limits: { batchSize: 50, maxBatchingWindowMs: 20, maxPayloadBytes: 1_000_000 },
      invoke: async (event) => {
        this.invocations[index] = (this.invocations[index] ?? 0) + 1;
        this.handedOver.push(
          Object.values((event as KafkaEvent).records)
            .flat()
            .map(({ partition, offset }) => `${partition}@${offset}`),
        );
        await this.beforeInvocation();
        return handler(event as KafkaEvent, {} as Context);
      },
      failed: (error) => this.failures.push((error as Error).message),
    });
  }

  /** Runs one member until all that the topic holds has been taken. */
  async drain(partitions = 4): Promise<void> {
    const source = this.source(partitions);
    const running = source.run();
    await Promise.race([running, untilDrained(source)]);
    await source.stop(10_000);
    await running;
  }

  /** Newest revision of each window that has fired, by key and window. */
  async results(): Promise<ResultRow[]> {
    const rows = await collect(readResults(this.#dynamoDb.client, this.#tables.results));
    return rows.sort((a, b) => (a.key === b.key ? a.windowStartMs - b.windowStartMs : a.key < b.key ? -1 : 1));
  }

  async deadLetters(): Promise<Array<Readonly<Record<string, unknown>>>> {
    return collect(readLake(new FileBlobStore(join(this.#folder, 'lake')), `${this.#topic.name}/dead-letters/`));
  }

  /** Somebody changes the first entry of a partition's log: no function can open it. @returns what puts it right again */
  async damageLog(partition: number): Promise<() => Promise<void>> {
    const { client } = this.#dynamoDb;
    const logId = logIdOf({
      pipeline: this.#pipeline.topology.name,
      stage: '0',
      source: this.#topic.name,
      incarnation: this.#topic.incarnation,
      partition: String(partition),
    });
    const { Item } = await client.send(
      new GetItemCommand({ TableName: this.#tables.log, Key: { slotKey: { S: slotKey(logId, 1) } } }),
    );
    if (Item === undefined) throw new Error(`log ${logId} must have a first entry, got none`);
    const put = async (item: typeof Item): Promise<void> =>
      void (await client.send(new PutItemCommand({ TableName: this.#tables.log, Item: item })));
    await put({ ...Item, commitId: { S: 'somebody' } });
    return () => put(Item);
  }

  async close(): Promise<void> {
    await this.#dynamoDb.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function untilDrained(source: KafkaEventSource): Promise<void> {
  while (!(await source.drainedSince())) await new Promise((done) => setTimeout(done, 50));
}

/** A reading as its producer sends it. */
export function readingMessage(
  key: string,
  timeMs: number,
  value = 1,
): { readonly key: string; readonly value: string } {
  return { key, value: JSON.stringify({ key, timeMs, value }) };
}

/** One record per key far ahead, so that every window before it fires. */
export function closing(
  keys: readonly string[],
  timeMs = 100_000,
): Array<{ readonly key: string; readonly value: string }> {
  return keys.map((key) => readingMessage(key, timeMs));
}

/** All values of a metric in what functions have printed. */
export function reported(name: string, printed: readonly string[]): number[] {
  return printed
    .join('')
    .split('\n')
    .flatMap((line) => {
      const value = parseMetrics(line)?.[name];
      return typeof value === 'number' ? [value] : [];
    });
}
