import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { doctorStack } from '../../../operate/doctor/doctor-stack.ts';
import { inspectStack } from '../../../operate/inspect/inspect-stack.ts';
import { stackClients } from '../../../operate/stack/clients.ts';
import { describeStack } from '../../../operate/stack/describe-stack.ts';
import { topologyOf } from '../../engine/support/readings.ts';
import { startFakeAws, type Answer, type FakeAws } from '../support/fake-aws.ts';
import { notOk } from '../support/findings.ts';
import { mappingAnswer, resources, stackAnswers, stackError } from '../support/stack-answers.ts';
import { stackFacts, streamFacts } from '../support/stack-facts.ts';

const STACK = stackFacts().stack;
const FUNCTION = `GET /2015-03-31/functions/${stackFacts().mapping.functionArn}/configuration`;
const MAPPING = 'GET /2015-03-31/event-source-mappings/mapping-1';

describe('a deployed pipeline', () => {
  let aws: FakeAws | undefined;
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    });
  });
  afterEach(async () => {
    await aws?.close();
    aws = undefined;
  });

  /** Clients find the account by the environment, as they do for an operator. */
  async function clientsOf(changes: Readonly<Record<string, Answer>> = {}) {
    aws = await startFakeAws(stackAnswers(changes));
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
    return stackClients();
  }
  const doctor = async (changes?: Readonly<Record<string, Answer>>) =>
    doctorStack(await clientsOf(changes), [topologyOf()], STACK);

  it('is described as it is', async () => {
    const facts = await describeStack(await clientsOf(), STACK);
    const expected = stackFacts();
    expect(facts).toEqual({
      ...expected,
      source: {
        kind: 'kinesis',
        stream: streamFacts({
          incarnation: '1700000000000',
          distribution: undefined,
          shards: [
            { name: 'shardId-000000000000', open: false },
            { name: 'shardId-000000000001', open: true },
          ],
        }),
      },
    });
  });

  it('has nothing wrong when all is as the stack makes it', async () => {
    const findings = await doctor();
    expect(notOk(findings)).toEqual({});
    expect(findings.length).toBeGreaterThan(20);
  });

  it('is described by the mapping of its source, also where another one calls the receivers of an exchange', async () => {
    const queue = {
      UUID: 'mapping-2',
      EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:bell.fifo',
      FunctionArn: 'r',
      State: 'Disabled',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    };
    const facts = await describeStack(
      await clientsOf({
        ListStackResources: resources(
          'AWS::Lambda::EventSourceMapping mapping-2',
          'AWS::Lambda::EventSourceMapping mapping-1',
        ),
        'GET /2015-03-31/event-source-mappings/mapping-2': { body: queue },
      }),
      STACK,
    );
    expect(facts.mapping).toEqual(stackFacts().mapping);
    expect(facts.rings).toEqual([
      { state: 'Disabled', lastProcessingResult: undefined, filters: 0, hearsItemFailures: true },
    ]);
  });

  it('is not changed: every call only asks', async () => {
    await doctor();
    const names = new Set(aws?.calls.map((call) => call.split(' ')[0]));
    expect([...names].filter((name) => !/^(Describe|List|Get|BatchGet|GET)/.test(name ?? ''))).toEqual([]);
  });

  it('shows a setting that somebody changed', async () => {
    const changed = mappingAnswer({ MaximumRetryAttempts: 3, FilterCriteria: { Filters: [{ Pattern: '{}' }] } });
    expect(notOk(await doctor({ [MAPPING]: { body: changed } }))).toEqual({
      'mapping-retries': 'problem',
      'mapping-filter': 'problem',
    });
  });

  it('shows shards with records and no log, and how far they are behind', async () => {
    const records = {
      Records: [{ Data: 'e30=', PartitionKey: 'a', SequenceNumber: '5' }],
      NextShardIterator: 'next',
      MillisBehindLatest: 13 * 3_600_000,
    };
    expect(notOk(await doctor({ GetRecords: { body: records } }))).toEqual({
      'shards-with-log': 'warning',
      'stream-retention': 'problem',
    });
  });

  it('shows a log whose slots are gone', async () => {
    const bucket =
      '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key>snapshots/snapshots/x/1</Key></Contents></ListBucketResult>';
    expect(notOk(await doctor({ 'GET /blobs/': { body: bucket } }))).toEqual({ 'log-chain': 'problem' });
  });

  it('shows a stream that is gone', async () => {
    const gone = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no stream' } };
    expect(notOk(await doctor({ DescribeStreamSummary: gone }))).toEqual({ stream: 'problem' });
  });

  it('shows a result table that is gone', async () => {
    const gone = {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
        message: 'Requested resource not found: Table: results-1 not found',
      },
    };
    const findings = await doctor({ 'DescribeTable results-1': gone });
    expect(notOk(findings)).toEqual({ 'tables-active': 'problem' });
    expect(findings.find(({ id }) => id === 'tables-active')?.found).toBe('results results-1 is gone');
  });

  it('shows a tick that nobody calls, a key that goes, and a function that somebody has switched off', async () => {
    const findings = await doctor({
      'GET /schedules/tick-1': { body: { Name: 'tick-1', State: 'DISABLED', ScheduleExpression: 'rate(1 minute)' } },
      DescribeKey: { body: { KeyMetadata: { KeyId: 'key-1', KeyState: 'PendingDeletion' } } },
      'GET /2019-09-30/functions/processor/concurrency': { body: { ReservedConcurrentExecutions: 0 } },
    });
    expect(notOk(findings)).toEqual({ 'tick-schedule': 'problem', keys: 'problem', 'function-concurrency': 'problem' });
  });

  it('shows a schedule that somebody deleted by hand, and a key of the stream that is gone', async () => {
    const gone = (type: string): Answer => ({ status: 404, body: { __type: type, message: 'gone' } });
    const summary = stackAnswers()['DescribeStreamSummary']?.body as { StreamDescriptionSummary: object };
    const findings = await doctor({
      'GET /schedules/tick-1': gone('ResourceNotFoundException'),
      DescribeKey: gone('NotFoundException'),
      DescribeStreamSummary: {
        body: {
          StreamDescriptionSummary: {
            ...summary.StreamDescriptionSummary,
            KeyId: 'arn:aws:kms:us-east-1:123456789012:key/own',
          },
        },
      },
    });
    expect(notOk(findings)).toEqual({ 'tick-schedule': 'problem', keys: 'problem' });
    expect(findings.find(({ id }) => id === 'keys')?.found).toBe(
      'key key-1 of the alarms is gone; key arn:aws:kms:us-east-1:123456789012:key/own of the stream is gone',
    );
  });

  it('shows each log of the deployed pipeline, as inspect --stack does', async () => {
    const reports = await inspectStack(await clientsOf(), [topologyOf()], STACK);
    expect(reports.map(({ partition, version, verified }) => [partition, version, verified])).toEqual([
      ['shardId-000000000000', 0, true],
      ['shardId-000000000001', 0, true],
    ]);
  });

  it('has no log to inspect when its stream is gone, and says who knows more', async () => {
    const gone = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no stream' } };
    await expect(
      inspectStack(await clientsOf({ DescribeStreamSummary: gone }), [topologyOf()], STACK),
    ).rejects.toMatchObject({ code: 'NO_STREAM', kind: 'invalid' });
  });

  it.each<[string, Record<string, Answer>, { readonly code: string; readonly kind: string; readonly message: RegExp }]>(
    [
      [
        'a stack that is not there',
        { DescribeStacks: stackError('ValidationError', `Stack with id ${STACK} does not exist`) },
        {
          code: 'UNKNOWN_STACK',
          kind: 'invalid',
          message: /^stack must be deployed in this account and region, got "Tidemark-readings-prod"; correct --stack/,
        },
      ],
      [
        'a stack without a mapping',
        { ListStackResources: resources('AWS::DynamoDB::Table log-1') },
        { code: 'NOT_A_PIPELINE_STACK', kind: 'invalid', message: /must have one event source mapping, got 0/ },
      ],
      [
        'a function without our environment',
        { [FUNCTION]: { body: { FunctionName: 'processor', Environment: { Variables: { OTHER: '1' } } } } },
        {
          code: 'NOT_A_PIPELINE_STACK',
          kind: 'invalid',
          message: /function processor of .* must have TIDEMARK_LOG_TABLE and TIDEMARK_BLOBS, got \["OTHER"\]/,
        },
      ],
      [
        'the stack of another pipeline',
        {},
        { code: 'WRONG_STACK', kind: 'invalid', message: /must have the tag pipeline other, got "readings"/ },
      ],
      [
        'missing rights',
        { [MAPPING]: { status: 403, body: { __type: 'AccessDeniedException', message: 'not you' } } },
        {
          code: 'STACK_REFUSED',
          kind: 'invalid',
          message: /got not you from lambda:GetEventSourceMapping; set AWS_REGION and credentials that have this right/,
        },
      ],
      [
        'a service that fails',
        { DescribeTimeToLive: { status: 500, body: { __type: 'InternalServerError', message: 'later' } } },
        { code: 'STACK_UNAVAILABLE', kind: 'unavailable', message: /from dynamodb:DescribeTimeToLive; try again/ },
      ],
    ],
  )('is refused in one line: %s', async (_title, changes, { code, kind, message }) => {
    const topology = topologyOf({ name: code === 'WRONG_STACK' ? 'other' : 'readings' });
    const refused = doctorStack(await clientsOf(changes), [topology], STACK);
    await expect(refused).rejects.toMatchObject({ code, kind, message: expect.stringMatching(message) });
  });
});
