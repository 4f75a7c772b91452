import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CreateStackCommand, DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateDeliveryStreamCommand,
  PutRecordCommand,
  type ExtendedS3DestinationConfiguration,
  type FirehoseClient,
} from '@aws-sdk/client-firehose';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordCommand as PutKinesisRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { spawnSync } from 'node:child_process';
import type { StackClients } from '../../operate/stack/clients.ts';
import { describeDeployed } from './support/describe-deployed.ts';
import { clientsOf, firehoseOf } from './support/deployed-pipeline.ts';
import { startMinistack, type RunningEmulator } from './support/emulator.ts';
import { eventually } from './support/eventually.ts';

const SOON_MS = 20_000;
const HALF = String(2n ** 127n);

/** What docs/localstack.md says of MiniStack, as minimal reproductions: a test that fails here is a fault that is gone. */
describeDeployed('MiniStack, unlike AWS,', () => {
  let running: RunningEmulator;
  let clients: StackClients;
  let firehose: FirehoseClient;

  beforeAll(async () => {
    running = await startMinistack();
    clients = clientsOf(running);
    firehose = firehoseOf(running);
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
  });

  afterAll(async () => {
    for (const client of [firehose, ...Object.values(clients ?? {})] as ({ destroy(): void } | undefined)[])
      client?.destroy();
    await running?.stop();
  });

  /** How a stack of these resources ends, and what its events say. */
  async function createStack(StackName: string, Resources: object): Promise<{ status: string; reasons: string }> {
    await clients.cloudformation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }),
    );
    const statusOf = async (): Promise<string> =>
      (await clients.cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus ?? '';
    const status = await eventually(`the end of ${StackName}`, SOON_MS, statusOf, (now) =>
      /(COMPLETE|FAILED)$/.test(now),
    );
    const { StackEvents = [] } = await clients.cloudformation.send(new DescribeStackEventsCommand({ StackName }));
    return { status, reasons: StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n') };
  }

  /** The objects that a Firehose stream makes of one record. */
  async function delivered(
    name: string,
    record: string,
    destination: Partial<ExtendedS3DestinationConfiguration>,
  ): Promise<{ key: string; body: string }[]> {
    const ExtendedS3DestinationConfiguration = {
      BucketARN: 'arn:aws:s3:::lake',
      RoleARN: 'arn:aws:iam::000000000000:role/firehose',
      Prefix: `${name}/`,
      ErrorOutputPrefix: `${name}-errors/`,
      ...destination,
    };
    await firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: name,
        DeliveryStreamType: 'DirectPut',
        ExtendedS3DestinationConfiguration,
      }),
    );
    await firehose.send(new PutRecordCommand({ DeliveryStreamName: name, Record: { Data: Buffer.from(record) } }));
    const list = async () =>
      (await clients.s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: name }))).Contents ?? [];
    const found = await eventually('an object', SOON_MS, list, ({ length }) => length > 0);
    return Promise.all(
      found.map(async ({ Key: key = '' }) => ({
        key,
        body:
          (await (
            await clients.s3.send(new GetObjectCommand({ Bucket: 'lake', Key: key }))
          ).Body?.transformToString()) ?? '',
      })),
    );
  }

  function partitioned(query: string): Partial<ExtendedS3DestinationConfiguration> {
    return {
      DynamicPartitioningConfiguration: { Enabled: true },
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          { Type: 'RecordDeAggregation', Parameters: [{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }] },
          {
            Type: 'MetadataExtraction',
            Parameters: [
              { ParameterName: 'MetadataExtractionQuery', ParameterValue: query },
              { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
            ],
          },
        ],
      },
    };
  }

  it('forgets a shard that is split, with the records that nobody has read', async () => {
    const stream = { StreamName: 'split' };
    await clients.kinesis.send(new CreateStreamCommand({ ...stream, ShardCount: 1 }));
    await clients.kinesis.send(
      new PutKinesisRecordCommand({ ...stream, PartitionKey: 'k', Data: Buffer.from('unread') }),
    );
    const ShardId = 'shardId-000000000000';
    await clients.kinesis.send(new SplitShardCommand({ ...stream, ShardToSplit: ShardId, NewStartingHashKey: HALF }));
    const { Shards = [] } = await clients.kinesis.send(new ListShardsCommand(stream));
    expect(Shards.map((shard) => shard.ParentShardId)).toEqual([ShardId, ShardId]);
    await expect(
      clients.kinesis.send(new GetShardIteratorCommand({ ...stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' })),
    ).rejects.toThrow('not found');
  });

  it('refuses alarms that compute a metric', async () => {
    const metric = {
      Id: 'm',
      MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    };
    const Properties = {
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 0,
      Metrics: [metric, { Id: 'e', Expression: 'm * 2' }],
    };
    expect(await createStack('computed-alarm', { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties } })).toEqual({
      status: 'ROLLBACK_COMPLETE',
      reasons: expect.stringContaining('metric math'),
    });
  });

  it('knows no saved queries of Athena', async () => {
    const Properties = { Database: 'd', QueryString: 'SELECT 1' };
    await expect(
      createStack('saved-query', { Query: { Type: 'AWS::Athena::NamedQuery', Properties } }),
    ).rejects.toThrow('Unrecognized resource types: [AWS::Athena::NamedQuery]');
  });

  it('takes over a stream of the same name that was there before', async () => {
    await clients.kinesis.send(new CreateStreamCommand({ StreamName: 'taken', ShardCount: 1 }));
    expect(
      await createStack('taken', {
        Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'taken', ShardCount: 1 } },
      }),
    ).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  it('leaves streams unencrypted and tables without recovery, whatever the template says', async () => {
    const Stream = {
      Type: 'AWS::Kinesis::Stream',
      Properties: {
        Name: 'encrypted',
        ShardCount: 1,
        StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      },
    };
    const key = {
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
    };
    const Table = {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'restorable',
        BillingMode: 'PAY_PER_REQUEST',
        ...key,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    };
    expect(await createStack('promises', { Stream, Table })).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(
      (await clients.kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'encrypted' })))
        .StreamDescriptionSummary?.EncryptionType,
    ).toBe('NONE');
    const { ContinuousBackupsDescription } = await clients.dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName: 'restorable' }),
    );
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('DISABLED');
  });

  it('does not separate the JSON lines of a Firehose record', async () => {
    const [object] = await delivered('lines', '{"day":"a"}\n{"day":"b"}\n', {
      ...partitioned('{day: .day}'),
      Prefix: 'lines/!{partitionKeyFromQuery:day}/',
    });
    expect(object).toMatchObject({
      key: expect.stringContaining('lines-errors/'),
      body: expect.stringContaining('Extra data'),
    });
  });

  it('does not know the arithmetic of jq', async () => {
    const [object] = await delivered('arithmetic', '{"ms":1000}', {
      ...partitioned('{day: (.ms / 1000 | floor | strftime("%Y"))}'),
      Prefix: 'arithmetic/!{partitionKeyFromQuery:day}/',
    });
    expect(object).toMatchObject({
      key: expect.stringContaining('arithmetic-errors/'),
      body: expect.stringContaining('unsupported jq syntax'),
    });
  });

  it('does not compress what Firehose delivers', async () => {
    const [object] = await delivered('plain', '{"day":"a"}', { CompressionFormat: 'GZIP' });
    expect(object?.body).toBe('{"day":"a"}');
  });

  it('breaks HTTP/2 connections under load, or never answers on them, and ends a client that uses them', async () => {
    await clients.kinesis.send(new CreateStreamCommand({ StreamName: 'http2', ShardCount: 1 }));
    const program = `
      import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
      const client = new KinesisClient({});
      const Records = Array.from({ length: 500 }, (_, i) => ({ PartitionKey: String(i), Data: Buffer.alloc(120) }));
      for (let call = 0; call < 60; call++) await client.send(new PutRecordsCommand({ StreamName: 'http2', Records }));`;
    const run = () =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        env: { ...process.env, ...running.variables },
        timeout: 30_000,
      });
    // It depends on which frames meet: now and then one client gets through.
    let { status, stderr } = run();
    for (let more = 4; more > 0 && status === 0; more--) ({ status, stderr } = run());
    const waitsForEver = { status: null, stderr: '' };
    expect([waitsForEver, { status: 1, stderr: expect.stringContaining('ERR_HTTP2_SESSION_ERROR') }]).toContainEqual({
      status,
      stderr,
    });
  });
});
