import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
  type GetShardIteratorCommandInput,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startKinesis, type RunningKinesis } from '../../support/kinesis.ts';

const FIRST = 'shardId-000000000000';
const MIDDLE = 2n ** 127n;

let kinesis: RunningKinesis;
beforeAll(async () => {
  kinesis = await startKinesis();
});
afterAll(() => kinesis.stop());

async function put(stream: string, ...texts: readonly string[]): Promise<string[]> {
  const { Records = [] } = await kinesis.client.send(
    new PutRecordsCommand({
      StreamName: stream,
      Records: texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })),
    }),
  );
  return Records.map(({ SequenceNumber = '' }) => SequenceNumber);
}

async function iterator(place: Omit<GetShardIteratorCommandInput, 'ShardId'>, shard = FIRST): Promise<string> {
  const { ShardIterator = '' } = await kinesis.client.send(new GetShardIteratorCommand({ ...place, ShardId: shard }));
  return ShardIterator;
}

async function read(ShardIterator: string, Limit?: number) {
  const answer = await kinesis.client.send(
    new GetRecordsCommand({ ShardIterator, ...(Limit === undefined ? {} : { Limit }) }),
  );
  return { ...answer, texts: (answer.Records ?? []).map(({ Data = [] }) => Buffer.from(Data).toString()) };
}

async function allShards(stream: string, MaxResults: number): Promise<string[]> {
  const ids: string[] = [];
  let page: ListShardsCommandOutput = await kinesis.client.send(
    new ListShardsCommand({ StreamName: stream, MaxResults }),
  );
  for (;;) {
    ids.push(...(page.Shards ?? []).map(({ ShardId = '' }) => ShardId));
    if (page.NextToken === undefined) return ids;
    page = await kinesis.client.send(new ListShardsCommand({ NextToken: page.NextToken, MaxResults }));
  }
}

describe('the local Kinesis server', () => {
  it('begins to read where each type of iterator says', async () => {
    await kinesis.createStream('places', 1);
    const numbers = await put('places', 'a', 'b', 'c');
    expect(numbers.map(BigInt)).toEqual(numbers.map(BigInt).toSorted((x, y) => (x < y ? -1 : 1)));
    const stream = { StreamName: 'places' };
    const second = { ...stream, StartingSequenceNumber: numbers[1] };
    expect((await read(await iterator({ ...stream, ShardIteratorType: 'TRIM_HORIZON' }))).texts).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect((await read(await iterator({ ...second, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }))).texts).toEqual([
      'b',
      'c',
    ]);
    expect((await read(await iterator({ ...second, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' }))).texts).toEqual([
      'c',
    ]);
    const since = { ...stream, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(1_000) } as const;
    expect((await read(await iterator(since))).texts).toEqual(['a', 'b', 'c']);
    const latest = await iterator({ ...stream, ShardIteratorType: 'LATEST' });
    expect((await read(latest)).texts).toEqual([]);
    await put('places', 'd');
    expect((await read(latest)).texts).toEqual(['d']);
  });

  it('goes on after the last record of a page, and says how far behind it is', async () => {
    await kinesis.createStream('pages', 1);
    await put('pages', 'a', 'b', 'c');
    await new Promise((done) => setTimeout(done, 5));
    const first = await read(await iterator({ StreamName: 'pages', ShardIteratorType: 'TRIM_HORIZON' }), 2);
    expect([first.texts, (first.MillisBehindLatest ?? 0) > 0]).toEqual([['a', 'b'], true]);
    const second = await read(first.NextShardIterator ?? '');
    expect([second.texts, second.MillisBehindLatest]).toEqual([['c'], 0]);
  });

  it('ends a closed shard with its children, whose sequence numbers are larger', async () => {
    const stream = { StreamName: 'split' };
    await kinesis.createStream('split', 1);
    const [before = ''] = await put('split', 'a');
    await kinesis.client.send(
      new SplitShardCommand({ ...stream, ShardToSplit: FIRST, NewStartingHashKey: String(MIDDLE) }),
    );
    const { ShardId, SequenceNumber = '' } = await kinesis.client.send(
      new PutRecordCommand({ ...stream, PartitionKey: 'a', ExplicitHashKey: String(MIDDLE), Data: Buffer.from('b') }),
    );
    expect(ShardId).toBe('shardId-000000000002');
    expect(BigInt(SequenceNumber)).toBeGreaterThan(BigInt(before));
    const end = await read(await iterator({ ...stream, ShardIteratorType: 'TRIM_HORIZON' }));
    expect([end.texts, end.NextShardIterator]).toEqual([['a'], undefined]);
    expect(end.ChildShards?.map(({ ShardId: id, ParentShards }) => [id, ParentShards])).toEqual([
      ['shardId-000000000001', [FIRST]],
      ['shardId-000000000002', [FIRST]],
    ]);
  });

  it('lists shards page by page, and only those that a filter lets through', async () => {
    const stream = { StreamName: 'filtered' };
    await kinesis.createStream('filtered', 2);
    await kinesis.client.send(
      new MergeShardsCommand({ ...stream, ShardToMerge: FIRST, AdjacentShardToMerge: 'shardId-000000000001' }),
    );
    const all = [FIRST, 'shardId-000000000001', 'shardId-000000000002'];
    expect(await allShards('filtered', 2)).toEqual(all);
    const open = await kinesis.client.send(new ListShardsCommand({ ...stream, ShardFilter: { Type: 'AT_LATEST' } }));
    expect(open.Shards?.map(({ ShardId }) => ShardId)).toEqual([all[2]]);
    const oldest = await kinesis.client.send(
      new ListShardsCommand({ ...stream, ShardFilter: { Type: 'AT_TRIM_HORIZON' } }),
    );
    expect(oldest.Shards?.map(({ ShardId }) => ShardId)).toEqual([FIRST, all[1]]);
    const { StreamDescription } = await kinesis.client.send(new DescribeStreamCommand({ ...stream, Limit: 2 }));
    expect([StreamDescription?.Shards?.length, StreamDescription?.HasMoreShards]).toEqual([2, true]);
    expect((await kinesis.client.send(new ListStreamsCommand({}))).StreamNames).toContain('filtered');
  });

  it('refuses by the names that the service gives', async () => {
    await kinesis.createStream('strict', 1);
    const stream = { StreamName: 'strict' };
    const record = { ...stream, PartitionKey: 'a', Data: Buffer.alloc(0) };
    const refusal = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'taken',
        (error: Error) => error.name,
      );
    const { client } = kinesis;
    expect(await refusal(client.send(new PutRecordCommand({ ...record, StreamName: 'none' })))).toBe(
      'ResourceNotFoundException',
    );
    expect(await refusal(client.send(new PutRecordCommand({ ...record, PartitionKey: 'k'.repeat(257) })))).toBe(
      'ValidationException',
    );
    expect(await refusal(client.send(new PutRecordCommand({ ...record, Data: Buffer.alloc(1_048_577) })))).toBe(
      'ValidationException',
    );
    expect(await refusal(client.send(new PutRecordCommand({ ...record, ExplicitHashKey: String(2n ** 128n) })))).toBe(
      'InvalidArgumentException',
    );
    expect(await refusal(kinesis.createStream('strict', 1))).toBe('ResourceInUseException');
    expect(await refusal(kinesis.createStream('many', 1_000))).toBe('LimitExceededException');
    expect(await refusal(read('AAAA'))).toBe('InvalidArgumentException');
    const old = Buffer.from('1/1/strict/1/0/0').toString('base64');
    expect(await refusal(read(old))).toBe('ExpiredIteratorException');
    const foreign = { ...stream, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: '1' } as const;
    expect(await refusal(iterator(foreign))).toBe('InvalidArgumentException');
    expect(await refusal(client.send(new ListShardsCommand({ NextToken: 'x' })))).toBe('ExpiredNextTokenException');
  });
});
