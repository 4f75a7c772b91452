import { describe, expect, it } from '@jest/globals';
import { HashRanges } from '../../adapters/kinesis/hash-ranges.ts';
import type { BatchReport } from '../../engine/process-batch.ts';
import { processShard } from '../../lambdas/process-shard.ts';
import { ExchangeWorld, keyedAnew, twoLevels } from '../engine/exchange/exchange-world.ts';
import { READING, record } from '../engine/support/readings.ts';
import { count, kinesis, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import { aggregateOf } from '../support/aggregate.ts';
import { collect } from '../support/collect.ts';
import { SHARD } from '../support/samples.ts';

/** By the partition key of the source, where shards hold keys. */
const inPlace = pipeline('readings')
  .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 })
  .keyBy('key')
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());

const ARN = 'arn:aws:kinesis:us-east-1:123456789012:stream/departures';

/** Two records, one of them packed, in a shard whose range holds one hash that no key of theirs has. */
async function inForeignShard(given: ReturnType<typeof keyedAnew>, explicitHashKey?: string): Promise<BatchReport[]> {
  const world = new ExchangeWorld(given);
  world.catalog.known.set(SHARD.partition, { fromHash: 5n, toHash: 5n, parents: [] });
  const body = JSON.stringify({ key: 'a', timeMs: 1, value: 7 });
  const packed = aggregateOf([{ partitionKey: 'a', data: body, ...(explicitHashKey && { explicitHashKey }) }]);
  const records = [record(1, body, { partitionKey: 'a' }), record(2, packed, { partitionKey: 'a' })];
  const reports = processShard(
    {
      processor: world.instance().sender,
      incarnations: { of: async () => SHARD.incarnation },
      ranges: new HashRanges(world.catalog),
    },
    { streamArn: ARN, streamName: 'departures', shardId: SHARD.partition, records },
  );
  return collect(reports);
}

describe('records whose key hashes into another shard', () => {
  it('are dead letters where shards hold the keys', async () => {
    expect(await inForeignShard(inPlace, '5')).toMatchObject([{ recordsIn: 2, deadLetters: 2 }]);
  });

  it('are dead letters where shards hold the keys, and results go through an exchange', async () => {
    const reports = await inForeignShard(twoLevels({ isInPlace: true }), '5');
    expect(reports).toMatchObject([{ recordsIn: 2, deadLetters: 2 }]);
  });

  it('are counted where an exchange places the keys', async () => {
    expect(await inForeignShard(keyedAnew(), '5')).toMatchObject([{ recordsIn: 2, counted: 2, deadLetters: 0 }]);
  });

  it('are counted once where an exchange places the keys and the KPL sends a packed one again', async () => {
    expect(await inForeignShard(keyedAnew())).toMatchObject([{ recordsIn: 2, counted: 1, deadLetters: 1 }]);
  });
});
