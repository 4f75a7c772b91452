import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { dashboardBody, seriesOf } from '../../../docs/dashboard/body.ts';
import { receiversDimension } from '../../../engine/metrics.ts';
import { atRest } from '../../../operate/cost/at-rest.ts';
import { rightsOf } from '../rights.ts';
import { exchanged, orders, pipelineStack, purchases, synthesize, type SynthesizeOptions } from '../synthesize.ts';
import { selfManaged } from '../ingest/kafka/clusters.ts';

const FUNCTION = 'AWS::Lambda::Function';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const QUEUE = 'AWS::SQS::Queue';

const byStream: SynthesizeOptions = { topology: exchanged(orders) };
const byTopic: SynthesizeOptions = { topology: exchanged(purchases), overrides: { kafka: { cluster: selfManaged } } };
const template = synthesize(byStream);

const ofReceiver = Match.objectLike({ Handler: 'receive.handler' });
const queueArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^DoorbellQueue'), 'Arn'] };

describe('the queue of an exchange', () => {
  it('is FIFO, with a limit and deduplication of its own for each receiver', () => {
    template.hasResourceProperties(QUEUE, {
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });

  it('keeps a ring from others as long as one call may take, and gives it up after fourteen days, to no other queue (PL-38)', () => {
    const slow = synthesize({ ...byStream, overrides: { timeoutMs: 90_000 } });
    slow.hasResourceProperties(QUEUE, {
      VisibilityTimeout: 90,
      MessageRetentionPeriod: 14 * 24 * 3_600,
      RedrivePolicy: Match.absent(),
    });
    slow.resourceCountIs(QUEUE, 1);
  });

  it('hands a ring over after the pace of its exchange, or at once (PL-38)', () => {
    const paced = (paceMs: number) => {
      const topology = exchanged(orders);
      const downstream = (topology.downstream ?? []).map(({ exchange, delayMs }) => ({
        exchange: { ...exchange, paceMs },
        delayMs,
      }));
      return synthesize({ topology: { ...topology, downstream } });
    };
    for (const paceMs of [0, 1_000, 30_000])
      paced(paceMs).hasResourceProperties(QUEUE, { DelaySeconds: paceMs / 1_000 });
    const idsOf = (paceMs: number) => Object.keys(paced(paceMs).toJSON()['Resources']);
    expect(idsOf(30_000)).toEqual(idsOf(0));
  });

  it('is encrypted, and reached through TLS only', () => {
    template.hasResourceProperties(QUEUE, { SqsManagedSseEnabled: true });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            Action: 'sqs:*',
          }),
        ],
      },
    });
  });
});

describe.each([
  ['a stream', byStream],
  ['a topic', byTopic],
])('a pipeline with an exchange that reads %s', (_, options) => {
  const stack = synthesize(options);
  const functions = Object.values(stack.findResources(FUNCTION)).map(
    ({ Properties }) => Properties as { Handler: string; Environment: { Variables: Record<string, unknown> } },
  );
  const ours = functions.filter(({ Environment }) => 'TIDEMARK_LOG_TABLE' in (Environment?.Variables ?? {}));

  it('has three functions that know the queue', () => {
    expect(ours).toHaveLength(3);
    for (const { Environment } of ours)
      expect(Environment.Variables['TIDEMARK_DOORBELL']).toEqual({ Ref: expect.stringMatching(/^DoorbellQueue/) });
  });

  it('has its receivers called with what the queue holds, of which each may fail by itself', () => {
    stack.hasResourceProperties(MAPPING, {
      EventSourceArn: queueArn,
      FunctionName: { Ref: Match.stringLikeRegexp('^ReceiverFunction') },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: Match.absent(),
      Enabled: true,
    });
    stack.hasResourceProperties(FUNCTION, ofReceiver);
  });

  it.each(['dev', 'prod'] as const)('leaves no finding of the AWS Solutions rules open in %s', (stage) => {
    expect(new AwsSolutionsChecks().validateScope(pipelineStack({ ...options, stage })).violations).toEqual([]);
  });
});

describe('the rights where there is an exchange', () => {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const of = (part: string) => {
    const found = policies.filter(([id]) => id.startsWith(`${part}RoleDefaultPolicy`)).map(([, policy]) => policy);
    expect(found).toHaveLength(1);
    return rightsOf({ toJSON: () => found[0] } as unknown as typeof template);
  };
  const onQueue = (part: string): string[] =>
    of(part)
      .filter(({ resources }) => resources.includes('DoorbellQueue.Arn'))
      .flatMap(({ actions }) => actions)
      .sort();

  it('let senders and ticks ring', () => {
    expect(onQueue('Processor')).toEqual(['sqs:SendMessage']);
    expect(onQueue('Tick')).toEqual(['sqs:SendMessage']);
  });

  it('let receivers answer, and ring for themselves', () => {
    expect(onQueue('Receiver')).toEqual([
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
  });

  it('let receivers commit, keep snapshots and publish, and read no source', () => {
    const resources = new Set(of('Receiver').flatMap((right) => right.resources));
    expect([...resources].sort()).toEqual([
      'DoorbellQueue.Arn',
      'LakeFilesBucket.Arn/orders/*',
      'LakeFirehoseStream.Arn',
      'PartitionLogTable.Arn',
      'ReceiverLogs.Arn',
      'ResultsTable.Arn',
      'SnapshotsBucket.Arn',
      'SnapshotsBucket.Arn/snapshots/*',
    ]);
  });

  it('have no wildcard in an action', () => {
    expect(rightsOf(template).flatMap(({ actions }) => actions.filter((action) => action.includes('*')))).toEqual([]);
  });
});

describe('what an operator sees of an exchange', () => {
  const alarmsOf = (options: SynthesizeOptions): Record<string, Record<string, unknown>> =>
    Object.fromEntries(
      Object.values(synthesize(options).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => [
        String(Properties['AlarmName']).replace('Tidemark-orders-dev-', ''),
        Properties as Record<string, unknown>,
      ]),
    );
  const alarms = alarmsOf(byStream);

  it('are five alarms more, which say what to do', () => {
    const before = Object.keys(alarmsOf({}));
    const more = Object.keys(alarms).filter((name) => !before.includes(name));
    expect(more.sort()).toEqual([
      'ReceiverDeadLetters',
      'ReceiverErrors',
      'ReceiverUnaccounted',
      'ReceiversHalted',
      'RingsWaiting',
    ]);
    for (const name of more) expect(alarms[name]?.['AlarmDescription']).toMatch(/^[A-Z].{60,400}\.$/);
  });

  it('is the lag of receivers too, where the lag of the watermark has an alarm', () => {
    expect(alarmsOf({ ...byStream, overrides: { maxWatermarkLagMs: 60_000 } })).toHaveProperty('ReceiverWatermarkLag', {
      ...(alarms['ReceiverDeadLetters'] as object),
      AlarmName: 'Tidemark-orders-dev-ReceiverWatermarkLag',
      AlarmDescription: expect.any(String),
      MetricName: 'watermarkLagMs',
      Statistic: 'Maximum',
      Threshold: 60_000,
      DatapointsToAlarm: 3,
      EvaluationPeriods: 3,
    });
  });

  it('is an alarm where a ring waits as long as a record may', () => {
    expect(alarms['RingsWaiting']).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 900,
    });
  });

  it('is counted apart from the records of the pipeline: rows are no records', () => {
    const pipelines = Object.values(alarms).flatMap(({ MetricName, Dimensions }) =>
      MetricName === 'deadLetters' ? (Dimensions as Array<{ Value: string }>).map(({ Value }) => Value) : [],
    );
    expect(pipelines.sort()).toEqual(['orders', receiversDimension('orders', 'by-customer')]);
  });

  it('is a question more on the dashboard, and the results of the receivers', () => {
    const { widgets } = dashboardBody(template.toJSON());
    const headings = widgets.flatMap(({ properties }) => properties.markdown?.split('\n')[0] ?? []);
    expect(headings.at(-1)).toBe('## 6 · Does the exchange move?');
    const results = widgets.find(({ properties }) => properties.title === 'Results');
    expect(results && seriesOf(results.properties)[0]?.dimensions).toEqual({ pipeline: 'orders/by-customer' });
    const lines = Map.groupBy(widgets, ({ y }) => y);
    for (const line of lines.values()) expect(line.reduce((sum, { width }) => sum + width, 0)).toBe(24);
  });

  it('costs a third of a dollar a month for polling the queue, and the alarms', () => {
    const lines = (options: SynthesizeOptions) =>
      new Map(atRest(synthesize(options).toJSON()).map(({ what, usd }) => [what, usd]));
    expect(lines(byStream).get('SQS')).toBeCloseTo(0.33, 2);
    expect(lines({}).has('SQS')).toBe(false);
    expect(Number(lines(byStream).get('alarms')) - Number(lines({}).get('alarms'))).toBeCloseTo(0.8, 5);
  });
});

describe('a pipeline without an exchange', () => {
  it('has neither queue nor receiver, and no function that knows of one', () => {
    const text = JSON.stringify(synthesize().toJSON());
    expect(text).not.toMatch(/Doorbell|DOORBELL|Receiver|AWS::SQS/);
  });
});

describe('a network of its own', () => {
  const isolated = (services: readonly 'sqs'[]): SynthesizeOptions => ({
    topology: exchanged(purchases),
    overrides: { kafka: { services } },
  });

  it('must have a way to the queue', () => {
    expect(() => synthesize(isolated([]))).toThrow(
      /must have what the exchange of orders calls, .*; add "sqs" to kafka\.services/,
    );
    expect(() => synthesize(isolated(['sqs']))).not.toThrow();
  });
});
