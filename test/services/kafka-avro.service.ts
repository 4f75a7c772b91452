import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import avsc from 'avsc';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { avro, count, kafka, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../engine/index.ts';
import { READING } from '../engine/support/readings.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { KafkaWorld } from './kafka-world.ts';

const reading = (...more: object[]) => ({
  type: 'record' as const,
  name: 'Reading',
  fields: [{ name: 'key', type: 'string' }, { name: 'timeMs', type: 'long' }, ...more],
});
const SCHEMAS: Readonly<Record<string, object>> = {
  1: reading({ name: 'value', type: 'int' }),
  2: reading({ name: 'value', type: 'double' }, { name: 'unit', type: ['null', 'string'], default: null }),
  3: reading(),
};
const READER = reading({ name: 'value', type: 'double', default: 100 });

function message(
  schemaId: number,
  value: { readonly key: string } & Readonly<Record<string, unknown>>,
): { key: string; value: Buffer } {
  const header = Buffer.from([0, 0, 0, 0, schemaId]);
  const schema = SCHEMAS[schemaId] ?? SCHEMAS[1];
  return { key: value.key, value: Buffer.concat([header, avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value)]) };
}

describeService('Avro from a topic', () => {
  let broker: KafkaBroker;
  let registry: Server;
  let world: KafkaWorld;
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    broker = await startKafka();
    registry = createServer(({ url = '' }, response) => {
      const schema = SCHEMAS[url.split('/').at(-1) ?? ''];
      response.writeHead(schema === undefined ? 404 : 200, {
        'content-type': 'application/vnd.schemaregistry.v1+json',
      });
      response.end(
        JSON.stringify(
          schema === undefined
            ? { error_code: 40403, message: 'Schema not found' }
            : { schema: JSON.stringify(schema) },
        ),
      );
    });
    await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening));
    process.env['TIDEMARK_SCHEMA_REGISTRY'] = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await world?.close();
    await broker?.stop();
    await new Promise((closed) => registry?.close(closed));
    jest.restoreAllMocks();
  });

  it('is read whatever schema wrote it; an unknown schema is a dead letter that names it', async () => {
    const readings = pipeline('avro-readings')
      .source(
        kafka({
          topic: 'avro-readings',
          partitionKey: 'key',
          schema: READING,
          batchSize: 50,
          maxBatchingWindowMs: 20,
          format: avro({ registry: 'confluent', readerSchema: READER }),
        }),
      )
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('key')
      .window(tumbling({ sizeMs: 1_000 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()) as Pipeline;
    world = await KafkaWorld.open(broker, 'avro-readings', { pipeline: readings });
    const producer = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    await producer.send({
      topic: 'avro-readings',
      messages: [
        message(1, { key: 'a', timeMs: 0, value: 1 }),
        message(2, { key: 'a', timeMs: 1, value: 2.5, unit: 'm' }),
        message(3, { key: 'a', timeMs: 2 }),
        message(77, { key: 'a', timeMs: 3, value: 5 }),
        { key: 'a', value: '{"key":"a","timeMs":4,"value":1}' },
        message(1, { key: 'a', timeMs: 1_000, value: 0 }),
      ],
    });
    await producer.disconnect();
    await world.drain();
    expect(await world.results()).toMatchObject([{ key: 'a', values: { n: 3, total: 103.5 } }]);
    expect((await world.deadLetters()).map(({ code, reason }) => [code, reason])).toEqual([
      ['SCHEMA_UNKNOWN', 'schema 77 must be known to the registry, got none; register it, then send the record again'],
      [
        'FRAME_INVALID',
        "record must begin with 0 and the id of its schema, got 32 bytes that begin with 123; use Confluent's Avro serializer",
      ],
    ]);
  });
});
