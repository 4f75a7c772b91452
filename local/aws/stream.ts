import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ResourceNotFoundException,
  type KinesisClient,
  type StreamDescriptionSummary,
} from '@aws-sdk/client-kinesis';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { requireSetting, TidemarkError } from '../../engine/errors.ts';

/** A stream that takes records. */
export interface StreamInfo {
  readonly name: string;
  readonly arn: string;
  /** Tells a stream from a later one of the same name. */
  readonly createdAtMs: number;
  /** The same, as it stands in the names of logs (PL-11). */
  readonly incarnation: string;
  /** Closed ones included; those that come of a later split or merge are not here. */
  readonly shards: readonly string[];
}

/** The longest that the emulator keeps records: a run that is taken up days later finds them. */
const RETENTION_HOURS = 168;
const ACTIVE_WAIT_MS = 5_000;

/**
 * The stream, created when it is not there yet.
 *
 * @param shards as asked for by the user; undefined: what the stream has, or 4
 * @throws INVALID_SETTING (invalid) `shards must be 4, as the stream has, got 2; …`
 */
export async function ensureStream(
  client: KinesisClient,
  name: string,
  shards: number | undefined,
): Promise<StreamInfo> {
  const found = await describe(client, name);
  // Left behind by a process that was killed while it created the stream: it holds nothing.
  if (found?.StreamStatus === 'CREATING') await client.send(new DeleteStreamCommand({ StreamName: name }));
  if (found?.StreamStatus !== 'ACTIVE') await create(client, name, shards ?? 4);
  const active = await untilActive(client, name);
  await client.send(
    new IncreaseStreamRetentionPeriodCommand({ StreamName: name, RetentionPeriodHours: RETENTION_HOURS }),
  );
  const has = active.OpenShardCount ?? 0;
  requireSetting(
    'shards',
    shards ?? has,
    shards === undefined || shards === has,
    `${has}, as the stream has`,
    'leave it out, or start over with --fresh',
  );
  return {
    name,
    arn: active.StreamARN ?? '',
    createdAtMs: active.StreamCreationTimestamp?.getTime() ?? 0,
    incarnation: String(active.StreamCreationTimestamp?.getTime() ?? 0),
    shards: await listShards(client, name),
  };
}

/** Every shard that the stream knows now, closed ones included. */
export async function listShards(client: KinesisClient, name: string): Promise<string[]> {
  const shards = await new KinesisShards(client).shards({ source: name });
  return [...shards.keys()].sort();
}

async function create(client: KinesisClient, name: string, shards: number): Promise<void> {
  for (let waitedMs = 0; (await describe(client, name)) !== undefined && waitedMs < ACTIVE_WAIT_MS; waitedMs += 20)
    await sleep(20);
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
}

async function untilActive(client: KinesisClient, name: string): Promise<StreamDescriptionSummary> {
  for (let waitedMs = 0; ; waitedMs += 10) {
    const summary = await describe(client, name);
    if (summary?.StreamStatus === 'ACTIVE') return summary;
    if (waitedMs >= ACTIVE_WAIT_MS) {
      throw new TidemarkError(
        'unavailable',
        'STREAM_NOT_ACTIVE',
        `stream ${name} stays ${summary?.StreamStatus ?? 'missing'}; start again, or start over with --fresh`,
      );
    }
    await sleep(10);
  }
}

async function describe(client: KinesisClient, name: string): Promise<StreamDescriptionSummary | undefined> {
  try {
    return (await client.send(new DescribeStreamSummaryCommand({ StreamName: name }))).StreamDescriptionSummary;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
