import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { describe, expect, it } from '@jest/globals';
import { behindMs } from '../../../adapters/kinesis/behind.ts';
import { StreamIncarnations } from '../../../adapters/kinesis/incarnations.ts';
import { KinesisShards } from '../../../adapters/kinesis/shards.ts';
import { describeStream } from '../../../adapters/kinesis/stream-facts.ts';
import { StreamSink } from '../../../adapters/kinesis/stream-sink.ts';
import type { Sink } from '../../../engine/ports.ts';
import { sampleDelivery, sampleRow, SHARD } from '../../support/samples.ts';

const ARN = 'arn:aws:kinesis:eu-west-1:999988887777:stream/departures';
const clock = { nowMs: () => 0, sleep: async () => {} };

interface Asked {
  readonly StreamName?: string;
  readonly StreamARN?: string;
  readonly NextToken?: string;
}

/** A stream with two pages of shards, and its client, which notes what it was asked. */
function recordingClient() {
  const asked: Asked[] = [];
  const send = async ({ input }: { readonly input: Asked }) => {
    asked.push(input);
    return {
      StreamDescriptionSummary: { StreamCreationTimestamp: new Date(1_000) },
      Shards: [],
      ...(input.NextToken === undefined ? { NextToken: 'second page' } : {}),
      ShardIterator: 'iterator',
      NextShardIterator: 'iterator',
      MillisBehindLatest: 0,
      Records: [{ SequenceNumber: '1' }],
    };
  };
  return { client: { send } as unknown as KinesisClient, asked };
}

/** Everything that Tidemark asks of Kinesis. */
async function askAll(stream: string, client: KinesisClient): Promise<void> {
  const shards = new KinesisShards(client, stream);
  await shards.shards({ source: 'departures', incarnation: '1000' });
  await shards.remaining({ ...SHARD, source: 'departures' }, 5n);
  await new StreamIncarnations(client, clock, stream).of('arn:aws:kinesis:eu-west-1:999988887777:stream/departures');
  await describeStream(client, stream);
  await behindMs(client, stream, 'shardId-000000000000', 5n);
  const oversized: Sink = { name: 'none', deliver: async () => ({ rows: 0, writeUnits: 0 }) };
  await new StreamSink({ client, stream, oversized, clock }).deliver(
    sampleDelivery({ results: [sampleRow('ATL', 0, 1, {})] }),
  );
}

describe('calls of Kinesis', () => {
  it('name a stream of any account by its ARN, pages and iterators included', async () => {
    const { client, asked } = recordingClient();
    await askAll(ARN, client);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.map(({ StreamARN, StreamName }) => [StreamARN, StreamName])).toEqual(
      asked.map(() => [ARN, undefined]),
    );
  });

  it('name a stream by its name where no ARN is known, but not beside a token that stands for it', async () => {
    const { client, asked } = recordingClient();
    await askAll('departures', client);
    expect(asked.flatMap(({ StreamARN = [] }) => StreamARN)).toEqual([]);
    expect(asked.filter(({ NextToken }) => NextToken !== undefined).map(({ StreamName }) => StreamName)).toEqual([
      undefined,
      undefined,
    ]);
    expect(asked.filter(({ StreamName }) => StreamName === 'departures').length).toBeGreaterThan(4);
  });

  it('name the stream of a batch by the ARN that the batch bears', async () => {
    const { client, asked } = recordingClient();
    await new StreamIncarnations(client, clock).of(ARN, [{ arrivalTimeMs: 2_000 }]);
    expect(asked).toEqual([{ StreamARN: ARN }]);
  });
});
