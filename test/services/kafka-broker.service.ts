import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

describeService('a Kafka broker for tests', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker?.stop());

  it('keeps what it acknowledged through a SIGKILL', async () => {
    await broker.tool('org.apache.kafka.tools.TopicCommand', ['--create', '--topic', 'kept', '--partitions', '3']);
    await broker.tool('org.apache.kafka.tools.ConsoleProducer', ['--topic', 'kept'], 'one\ntwo\n');
    await broker.killAndRestart();
    const said = await broker.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      '--topic',
      'kept',
      '--from-beginning',
      '--max-messages',
      '2',
      '--timeout-ms',
      '20000',
    ]);
    expect(said.trim().split('\n').sort()).toEqual(['one', 'two']);
  });
});
