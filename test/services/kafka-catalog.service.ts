import { afterAll, beforeAll } from '@jest/globals';
import { Producer } from '@platformatic/kafka';
import { KafkaTopics } from '../../adapters/kafka/topics.ts';
import { askingCatalogContract, shardCatalogContract, type OnePartition } from '../contracts/shard-catalog.contract.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { makeTopic } from './make-topic.ts';

describeService('the contract of a shard catalog', () => {
  let broker: KafkaBroker;
  let producer: Producer<Buffer, Buffer, Buffer, Buffer>;
  let catalog: KafkaTopics;
  let topics = 0;
  beforeAll(async () => {
    broker = await startKafka();
    producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
    catalog = new KafkaTopics(async () => ({ brokers: [broker.bootstrap] }), new RecordingClock());
  });
  afterAll(async () => {
    await Promise.all([producer?.close(), catalog?.close()]);
    await broker?.stop();
  });

  async function open(): Promise<OnePartition> {
    const topic = `catalog-${++topics}`;
    await makeTopic(broker.bootstrap, topic);
    let next = 0n;
    return {
      catalog,
      partition: {
        pipeline: 'p',
        stage: '0',
        source: topic,
        incarnation: (await catalog.describe(topic)).id,
        partition: '0',
      },
      async put(count) {
        await producer.send({
          messages: Array.from({ length: count }, (_, i) => ({
            topic,
            partition: 0,
            key: Buffer.from('a'),
            value: Buffer.from(`${i}`),
          })),
        });
        return Array.from({ length: count }, () => next++);
      },
    };
  }

  shardCatalogContract('KafkaTopics', open);
  askingCatalogContract('KafkaTopics', open);
});
