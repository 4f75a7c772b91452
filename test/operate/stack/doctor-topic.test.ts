import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { doctorStack } from '../../../operate/doctor/doctor-stack.ts';
import { inspectStack } from '../../../operate/inspect/inspect-stack.ts';
import { stackClients } from '../../../operate/stack/clients.ts';
import { describeStack } from '../../../operate/stack/describe-stack.ts';
import { startFakeAws, type Answer, type FakeAws } from '../support/fake-aws.ts';
import { notOk } from '../support/findings.ts';
import { kafkaMappingFacts, stackFacts, topicFacts } from '../support/stack-facts.ts';
import { listing, topicAnswers, topicTopology } from '../support/topic-answers.ts';

const STACK = stackFacts().stack;
const FOLDER = 'GET /blobs/?prefix=snapshots/topics/readings/readings/';

describe('a deployed pipeline that reads a topic', () => {
  const opened: FakeAws[] = [];
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    });
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function clientsOf(answers = topicAnswers()) {
    const aws = await startFakeAws(answers);
    opened.push(aws);
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
    return stackClients();
  }
  const doctor = async (
    changes: Readonly<Record<string, Answer>> = {},
    mapping: Readonly<Record<string, unknown>> = {},
  ) => doctorStack(await clientsOf(topicAnswers(changes, mapping)), [topicTopology()], STACK);

  it('is described by what its mapping and its own records say, the newest topic first', async () => {
    const { mapping, source } = await describeStack(await clientsOf(), STACK);
    expect(mapping).toMatchObject({
      sourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/events/1',
      kafka: kafkaMappingFacts(),
    });
    expect(source).toEqual({ kind: 'kafka', topic: topicFacts() });
  });

  it('has nothing wrong when all is as the stack makes it', async () => {
    const findings = await doctor();
    expect(notOk(findings)).toEqual({});
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'topic',
        'topic-pollers',
        'mapping-item-failures',
        'function-concurrency',
        'tick-schedule',
        'partitions-with-log',
        'counts',
      ]),
    );
  });

  it('does not say that there are no records where nobody knows', async () => {
    const found = (await doctor()).find(({ id }) => id === 'partitions-with-log');
    expect(found).toMatchObject({
      verdict: 'ok',
      found: '4 partitions, 4 without a log so far: its source alone knows of records',
    });
  });

  it('is asked without a broker and without a stream, and not changed', async () => {
    await doctor();
    const calls = opened[0]?.calls ?? [];
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter((call) => /Stream|Shard|GetRecords/.test(call))).toEqual([]);
    expect(calls.filter((call) => !/^(Describe|List|Get|BatchGet|GET)/.test(call))).toEqual([]);
  });

  it('shows each log of the topic as it is now, as inspect --stack does', async () => {
    const reports = await inspectStack(await clientsOf(), [topicTopology()], STACK);
    expect(reports.map(({ partition, version, verified }) => [partition, version, verified])).toEqual(
      ['0', '1', '2', '3'].map((partition) => [partition, 0, true]),
    );
  });

  it('shows what somebody changed, of a cluster that is not MSK too', async () => {
    const selfManaged = {
      EventSourceArn: undefined,
      AmazonManagedKafkaEventSourceConfig: undefined,
      SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'group' },
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['broker:9092'] } },
    };
    expect(notOk(await doctor({}, selfManaged))).toEqual({});
    expect(
      notOk(
        await doctor(
          {},
          {
            ...selfManaged,
            DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failed' } },
            FunctionResponseTypes: [],
          },
        ),
      ),
    ).toEqual({ 'mapping-destination': 'problem', 'mapping-item-failures': 'problem' });
  });

  it('has no log to inspect before it has read its topic, and says so', async () => {
    const nothing = { [FOLDER]: { body: listing() } };
    expect(notOk(await doctor(nothing))).toEqual({ topic: 'warning' });
    await expect(inspectStack(await clientsOf(topicAnswers(nothing)), [topicTopology()], STACK)).rejects.toMatchObject({
      code: 'NO_TOPIC',
      kind: 'invalid',
    });
  });

  it('is refused in one line where the bucket may not be listed', async () => {
    const denied = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>not you</Message></Error>' };
    await expect(doctor({ [FOLDER]: denied })).rejects.toMatchObject({
      code: 'STACK_REFUSED',
      kind: 'invalid',
      message: expect.stringMatching(/got not you from s3:ListBucket/),
    });
  });
});
