import type { KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { describe, expect, it } from '@jest/globals';
import { listShards } from '../../local/aws/stream.ts';

describe('the shards of a local stream', () => {
  it('are those of all pages, by name, in whichever order the stream lists them', async () => {
    const asked: unknown[] = [];
    const send = async ({ input }: ListShardsCommand) => {
      asked.push(input);
      return input.NextToken === undefined
        ? { Shards: [{ ShardId: 's-2' }, { ShardId: 's-0' }], NextToken: 'more' }
        : { Shards: [{ ShardId: 's-1' }] };
    };
    expect(await listShards({ send } as unknown as KinesisClient, 'departures')).toEqual(['s-0', 's-1', 's-2']);
    expect(asked).toEqual([{ StreamName: 'departures' }, { NextToken: 'more' }]);
  });
});
