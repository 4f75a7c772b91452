import { DescribeStreamSummaryCommand, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll } from '@jest/globals';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { partitionOf, StreamWorld } from '../engine/support/stream-world.ts';
import { startKinesis, type RunningKinesis } from '../support/kinesis.ts';
import { askingCatalogContract, shardCatalogContract, type OnePartition } from './shard-catalog.contract.ts';

let kinesis: RunningKinesis;
let streams = 0;

beforeAll(async () => {
  kinesis = await startKinesis();
});

afterAll(() => kinesis.stop());

/** What the tests of the engine ask: it must answer as the real ones do. */
async function ofWorld(): Promise<OnePartition> {
  const world = new StreamWorld();
  world.open('one');
  return {
    catalog: world.catalog,
    partition: partitionOf('one'),
    put: async (count) =>
      world.put('one', ...Array.from({ length: count }, () => ['a', 0] as const)).map(({ offset }) => offset),
  };
}

async function ofKinesis(): Promise<OnePartition> {
  const StreamName = `catalog-${++streams}`;
  await kinesis.createStream(StreamName, 1);
  const { StreamDescriptionSummary } = await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName }));
  const incarnation = String(StreamDescriptionSummary?.StreamCreationTimestamp?.getTime());
  return {
    catalog: new KinesisShards(kinesis.client),
    partition: { pipeline: 'p', stage: '0', source: StreamName, incarnation, partition: 'shardId-000000000000' },
    async put(count) {
      const offsets: bigint[] = [];
      for (let i = 0; i < count; i++) {
        const { SequenceNumber = '' } = await kinesis.client.send(
          new PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from(`${i}`) }),
        );
        offsets.push(BigInt(SequenceNumber));
      }
      return offsets;
    },
  };
}

shardCatalogContract('StreamWorld', ofWorld);
shardCatalogContract('KinesisShards', ofKinesis);
askingCatalogContract('KinesisShards', ofKinesis);
