import {
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { recordsBetween } from '../../../adapters/kinesis/records-between.ts';
import { KinesisShards } from '../../../adapters/kinesis/shards.ts';
import { MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { BEFORE_FIRST } from '../../../engine/record.ts';
import { ShardReader } from '../../../local/event-source/shard-reader.ts';
import { startKinesis, type RunningKinesis } from '../../support/kinesis.ts';

const FIRST = 'shardId-000000000000';
const partitionOf = (source: string, partition: string) => ({
  pipeline: 'p',
  stage: '0',
  source,
  incarnation: '1',
  partition,
});

describe('the shards of a Kinesis stream', () => {
  let kinesis: RunningKinesis;
  let shards: KinesisShards;
  beforeAll(async () => {
    kinesis = await startKinesis();
    shards = new KinesisShards(kinesis.client);
  });
  afterAll(() => kinesis.stop());

  it('have no parents in the first generation and cover all hashes', async () => {
    await kinesis.createStream('fresh', 2);
    const all = [...(await shards.shards({ source: 'fresh' })).values()];
    expect(all.map(({ parents }) => parents)).toEqual([[], []]);
    expect(all[0]?.fromHash).toBe(0n);
    expect(all[1]?.toHash).toBe(MAX_HASH);
  });

  it('know their parents after a split and a merge', async () => {
    await kinesis.createStream('moving', 1);
    await kinesis.client.send(
      new SplitShardCommand({ StreamName: 'moving', ShardToSplit: FIRST, NewStartingHashKey: String(2n ** 127n) }),
    );
    await kinesis.active('moving');
    await kinesis.client.send(
      new MergeShardsCommand({
        StreamName: 'moving',
        ShardToMerge: 'shardId-000000000001',
        AdjacentShardToMerge: 'shardId-000000000002',
      }),
    );
    await kinesis.active('moving');
    const lineage = await shards.shards({ source: 'moving' });
    expect(lineage.get('shardId-000000000002')).toEqual({ fromHash: 2n ** 127n, toHash: MAX_HASH, parents: [FIRST] });
    expect(lineage.get('shardId-000000000003')).toEqual({
      fromHash: 0n,
      toHash: MAX_HASH,
      parents: ['shardId-000000000001', 'shardId-000000000002'],
    });
  });

  it('are those of one incarnation where it is named, and of none that has its name after it', async () => {
    await kinesis.createStream('again', 1);
    const created = async () =>
      String(
        (
          await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName: 'again' }))
        ).StreamDescriptionSummary?.StreamCreationTimestamp?.getTime(),
      );
    const incarnation = await created();
    expect([...(await shards.shards({ source: 'again', incarnation })).keys()]).toEqual([FIRST]);
    await kinesis.client.send(new DeleteStreamCommand({ StreamName: 'again' }));
    while ((await shards.shards({ source: 'again' }).catch(() => undefined)) !== undefined) await wait(5);
    await wait(1_100);
    await kinesis.createStream('again', 2);
    expect(await created()).not.toBe(incarnation);
    await expect(shards.shards({ source: 'again', incarnation })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'STREAM_RECREATED',
    });
    expect((await shards.shards({ source: 'again', incarnation: await created() })).size).toBe(2);
  });

  it('tell the first record that a reader further on has left out', async () => {
    await kinesis.createStream('skipped', 1);
    const shard = partitionOf('skipped', FIRST);
    const offsets: bigint[] = [];
    for (const key of ['a', 'b', 'c'])
      offsets.push(
        BigInt(
          (
            await kinesis.client.send(
              new PutRecordCommand({ StreamName: 'skipped', PartitionKey: key, Data: Buffer.from(key) }),
            )
          ).SequenceNumber ?? '',
        ),
      );
    const [first, second, third] = offsets as [bigint, bigint, bigint];
    expect(await shards.skipped(shard, first, second)).toBeUndefined();
    expect(await shards.skipped(shard, first, third)).toBe(second);
    expect(await shards.skipped(shard, BEFORE_FIRST, first)).toBeUndefined();
    expect(await shards.skipped(shard, BEFORE_FIRST, third)).toBe(first);
    expect(await shards.skipped(shard, third, third + 10n)).toBeUndefined();
  });

  it('count what lies between two offsets, with its arrivals, and tell whether anything follows', async () => {
    await kinesis.createStream('between', 1);
    const shard = partitionOf('between', FIRST);
    const offsets: bigint[] = [];
    for (const key of ['a', 'b', 'c', 'd']) {
      const put = await kinesis.client.send(
        new PutRecordCommand({ StreamName: 'between', PartitionKey: key, Data: Buffer.from(key) }),
      );
      offsets.push(BigInt(put.SequenceNumber ?? ''));
    }
    const [first, second, , fourth] = offsets as [bigint, bigint, bigint, bigint];
    const both = await shards.between(shard, first, fourth);
    expect(both).toMatchObject({ records: 2, isAll: true, isFollowed: true });
    expect(Number(both.newestMs) - Number(both.oldestMs)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Date.now() - Number(both.newestMs))).toBeLessThan(60_000);
    expect(await shards.between(shard, BEFORE_FIRST, second)).toMatchObject({ records: 1, isFollowed: true });
    expect(await shards.between(shard, first, second)).toMatchObject({
      records: 0,
      isFollowed: true,
      oldestMs: undefined,
    });
    expect(await shards.between(shard, second, fourth + 10n)).toMatchObject({
      records: 2,
      isAll: true,
      isFollowed: false,
    });
  });

  it('stop counting after a while, and find out by the offset itself whether it is there', async () => {
    await kinesis.createStream('many', 1);
    const offsets: bigint[] = [];
    for (const key of ['a', 'b', 'c']) {
      const put = await kinesis.client.send(
        new PutRecordCommand({ StreamName: 'many', PartitionKey: key, Data: Buffer.from(key) }),
      );
      offsets.push(BigInt(put.SequenceNumber ?? ''));
    }
    const third = offsets[2] as bigint;
    expect(await recordsBetween(kinesis.client, 'many', FIRST, BEFORE_FIRST, third, 0)).toMatchObject({
      records: 0,
      isAll: false,
      isFollowed: true,
    });
    expect(await recordsBetween(kinesis.client, 'many', FIRST, BEFORE_FIRST, third + 16n, 0)).toMatchObject({
      isAll: false,
      isFollowed: false,
    });
  });

  it('tell what is left: nothing yet, records, nothing yet again, and the end once closed', async () => {
    await kinesis.createStream('read', 1);
    const shard = partitionOf('read', FIRST);
    expect(await shards.remaining(shard, BEFORE_FIRST)).toBe('none yet');
    const put = await kinesis.client.send(
      new PutRecordCommand({ StreamName: 'read', PartitionKey: 'a', Data: Buffer.from('x') }),
    );
    expect(await shards.remaining(shard, BEFORE_FIRST)).toBe('records');
    const offset = BigInt(put.SequenceNumber ?? '');
    expect(await shards.remaining(shard, offset)).toBe('none yet');
    await kinesis.client.send(
      new SplitShardCommand({ StreamName: 'read', ShardToSplit: FIRST, NewStartingHashKey: String(2n ** 127n) }),
    );
    await kinesis.active('read');
    expect(await shards.remaining(shard, BEFORE_FIRST)).toBe('records');
    expect(await shards.remaining(shard, offset)).toBe('ended');
  });

  it('have ended although the last record came long before they were closed', async () => {
    await kinesis.createStream('quiet', 1);
    const { SequenceNumber = '' } = await kinesis.client.send(
      new PutRecordCommand({ StreamName: 'quiet', PartitionKey: 'a', Data: Buffer.from('x') }),
    );
    const reader = new ShardReader(kinesis.client, 'quiet', FIRST, undefined);
    expect(await reader.next()).toHaveLength(1);
    await wait(2_100);
    await kinesis.client.send(
      new SplitShardCommand({ StreamName: 'quiet', ShardToSplit: FIRST, NewStartingHashKey: String(2n ** 127n) }),
    );
    await kinesis.active('quiet');
    expect(await shards.remaining(partitionOf('quiet', FIRST), BigInt(SequenceNumber))).toBe('ended');
    const late = new ShardReader(kinesis.client, 'quiet', FIRST, SequenceNumber);
    expect([await reader.next(), reader.closed, await late.next(), late.closed]).toEqual([[], true, [], true]);
  });

  it('are unavailable, and not idle, when the stream does not answer', async () => {
    await expect(shards.remaining(partitionOf('absent', FIRST), BEFORE_FIRST)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'STREAM_UNAVAILABLE',
    });
    await expect(shards.shards({ source: 'absent' })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'STREAM_UNAVAILABLE',
    });
  });
});
