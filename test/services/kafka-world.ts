import type { Context } from 'aws-lambda';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { KafkaEvent } from '../../adapters/kafka/decode-event.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { count, kafka, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../engine/index.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { kafkaHandler } from '../../lambdas/kafka-wiring.ts';
import { KafkaEventSource } from '../../local/kafka/event-source.ts';
import { ensureTopic } from '../../local/kafka/topic.ts';
import { READING } from '../engine/support/readings.ts';
import { collect } from '../support/collect.ts';
import { startDynalite, type TestDynamoDb } from '../support/dynalite.ts';
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
  /** Called before each invocation. */
  beforeInvocation: () => Promise<void> = async () => undefined;
  readonly #broker: KafkaBroker;
  readonly #dynamoDb: TestDynamoDb;
  readonly #resultTable: string;
  readonly #folder: string;
  readonly #topic: string;
  readonly #pipeline: Pipeline;

  private constructor(broker: KafkaBroker, dynamoDb: TestDynamoDb, pipeline: Pipeline, folder: string, resultTable: string, topic: string) {
    this.#broker = broker;
    this.#dynamoDb = dynamoDb;
    this.#pipeline = pipeline;
    this.#folder = folder;
    this.#resultTable = resultTable;
    this.#topic = topic;
  }

  /** A world around a new topic. */
  static async open(broker: KafkaBroker, topic: string, { partitions = 4, configs = {} as Record<string, string>, pipeline = readingsOf(topic), security = {} as Record<string, string> } = {}): Promise<KafkaWorld> {
    // Until every partition has a leader: kafkajs would repeat what some of them have taken already.
    await ensureTopic({ brokers: [broker.bootstrap] }, topic, partitions, configs);
    const dynamoDb = await startDynalite();
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-world-'));
    const [log, results] = [await dynamoDb.createLogTable(), await dynamoDb.createResultTable()];
    Object.assign(process.env, {
      TIDEMARK_LOG_TABLE: log,
      TIDEMARK_RESULTS_TABLE: results,
      TIDEMARK_BLOBS: pathToFileURL(join(folder, 'blobs')).href,
      TIDEMARK_LAKE: pathToFileURL(join(folder, 'lake')).href,
      TIDEMARK_KAFKA_BROKERS: broker.bootstrap,
      TIDEMARK_KAFKA_AUTH: 'none',
      ...security,
      TIDEMARK_PARTIAL_BATCHES: 'yes',
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamoDb.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    return new KafkaWorld(broker, dynamoDb, pipeline, folder, results, topic);
  }

  /** A member of the group with a function instance of its own. */
  source(partitions = 4): KafkaEventSource {
    const handler = kafkaHandler(this.#pipeline);
    const index = this.invocations.push(0) - 1;
    return new KafkaEventSource({
      connection: { brokers: [this.#broker.bootstrap] },
      groupId: `group-of-${this.#topic}`,
      topic: this.#topic,
      partitions,
      limits: { batchSize: 50, maxBatchingWindowMs: 20, maxPayloadBytes: 1_000_000 },
      invoke: async (event) => {
        this.invocations[index] = (this.invocations[index] ?? 0) + 1;
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
    const rows = await collect(readResults(this.#dynamoDb.client, this.#resultTable));
    return rows.sort((a, b) => (a.key === b.key ? a.windowStartMs - b.windowStartMs : a.key < b.key ? -1 : 1));
  }

  async deadLetters(): Promise<Array<Readonly<Record<string, unknown>>>> {
    return collect(readLake(new FileBlobStore(join(this.#folder, 'lake')), `${this.#topic}/dead-letters/`));
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
export function readingMessage(key: string, timeMs: number, value = 1): { readonly key: string; readonly value: string } {
  return { key, value: JSON.stringify({ key, timeMs, value }) };
}

/** One record per key far ahead, so that every window before it fires. */
export function closing(keys: readonly string[], timeMs = 100_000): Array<{ readonly key: string; readonly value: string }> {
  return keys.map((key) => readingMessage(key, timeMs));
}
