import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { dashboardBody, seriesOf } from '../../../docs/dashboard/body.ts';
import { BATCH_METRICS, TICK_METRICS, TOPIC_METRICS } from '../../../engine/metrics.ts';
import { ASSUMED } from '../../../operate/cost/assumptions.ts';
import { emitted, emittedOfTopic, emittedTick } from '../../support/emitted.ts';
import { purchases, synthesize } from '../synthesize.ts';
import type { KafkaSettings } from '../../../lib/ingest/kafka/settings.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const ofTopic = (kafka: Partial<KafkaSettings> = {}) => synthesize({ topology: purchases, overrides: { kafka } });
const msk = ofTopic();
const selfManaged = ofTopic({
  cluster: {
    kind: 'self-managed',
    brokers: ['broker.example.com:9092'],
    auth: { by: 'plain', secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:kafka-AbCdEf' },
  },
});
const named = (name: string) => ({ AlarmName: `Tidemark-orders-dev-${name}` });
const alarms = Object.values(msk.findResources(ALARM)).map(
  (resource): Record<string, unknown> => resource['Properties'],
);
const { widgets } = dashboardBody(msk.toJSON());
const series = widgets.flatMap(({ properties }) => seriesOf(properties));

describe('the alarms of a pipeline that reads a topic', () => {
  it('are those of a stream, but for one on partitions instead of one on a full stream', () => {
    expect(alarms.map((alarm) => String(alarm['AlarmName']).replace('Tidemark-orders-dev-', '')).sort()).toEqual([
      'Behind',
      'DeadLetters',
      'DeliveryStuck',
      'FunctionErrors',
      'FunctionThrottles',
      'LakeErrors',
      'LakeStale',
      'PartitionsHalted',
      'RecordsAtRisk',
      'Stalled',
      'TableSystemErrors',
      'TableThrottles',
      'TickErrors',
      'Unaccounted',
    ]);
  });

  it('cost what those of a stream cost', () => {
    const metrics = (all: typeof alarms): number =>
      all.reduce(
        (sum, { Metrics }) =>
          sum + (Array.isArray(Metrics) ? Metrics.filter((metric: object) => 'MetricStat' in metric).length : 1),
        0,
      );
    expect(metrics(alarms)).toBe(ASSUMED.alarmMetrics.kafka);
  });

  it.each([
    ['Behind', 'recordAgeMs', 'Maximum', 900_000, 3, 3],
    ['RecordsAtRisk', 'recordAgeMs', 'Maximum', 43_200_000, 1, 1],
    ['PartitionsHalted', 'failedPartitions', 'Sum', 0, 2, 3],
  ])(
    '%s watches %s of the function: it is the same for every kind of cluster',
    (name, MetricName, Statistic, Threshold, DatapointsToAlarm, EvaluationPeriods) => {
      for (const template of [msk, selfManaged])
        template.hasResourceProperties(ALARM, {
          ...named(name),
          Namespace: 'Tidemark/dev',
          MetricName,
          Statistic,
          Threshold,
          DatapointsToAlarm,
          EvaluationPeriods,
        });
    },
  );

  it.each<[string, Partial<KafkaSettings>, number]>([
    ['as the stage says of it', { topics: { purchases: { retentionHours: 100 } } }, 180_000_000],
    ["as the stage says of streams where it is somebody else's", { topics: { purchases: 'existing' } }, 43_200_000],
  ])('RecordsAtRisk leaves half of the retention of the topic, %s', (_title, kafka, Threshold) => {
    ofTopic(kafka).hasResourceProperties(ALARM, { ...named('RecordsAtRisk'), Threshold });
  });

  it('Stalled rings when the lag grows and nothing runs: a lag that stays may be the marker of a transaction', () => {
    const grows = Match.objectLike({ Expression: 'IF(DIFF(lag) > 0 AND FILL(invocations, 0) == 0, 1, 0)' });
    const lagOf = (Namespace: string, MetricName: string, Dimensions: unknown) =>
      Match.objectLike({
        Id: 'lag',
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 300, Stat: 'Average' },
      });
    const [mapping] = Object.values(msk.findResources('AWS::Lambda::EventSourceMapping'));
    const consumerGroup: unknown = mapping?.['Properties'].AmazonManagedKafkaEventSourceConfig.ConsumerGroupId;
    expect(consumerGroup).toBeDefined();
    const group = [
      { Name: 'Cluster Name', Value: 'tidemark-dev' },
      { Name: 'Consumer Group', Value: consumerGroup },
      { Name: 'Topic', Value: 'purchases' },
    ];
    msk.hasResourceProperties(ALARM, {
      ...named('Stalled'),
      Metrics: Match.arrayWith([grows, lagOf('AWS/Kafka', 'SumOffsetLag', group)]),
    });
    selfManaged.hasResourceProperties(ALARM, {
      ...named('Stalled'),
      Metrics: Match.arrayWith([
        grows,
        lagOf('AWS/Lambda', 'OffsetLag', [{ Name: 'FunctionName', Value: Match.anyValue() }]),
      ]),
    });
  });

  it('say what has happened and what to do, in words of Kafka', () => {
    for (const { AlarmDescription } of alarms) {
      expect(AlarmDescription).toMatch(/^[A-Z].{60,400}\.$/);
      expect(AlarmDescription).not.toMatch(/shard|(?<!Firehose )stream|Kinesis|iterator/);
    }
  });
});

describe('the dashboard of a pipeline that reads a topic', () => {
  it('asks the same five questions, in words of Kafka', () => {
    const headings = widgets.flatMap(({ type, properties }) =>
      type === 'text' ? [properties.markdown?.split('\n')[0]] : [],
    );
    expect(headings.slice(1)).toEqual([
      '## 1 · Is it alive?',
      '## 2 · Is it right?',
      '## 3 · Is time moving?',
      '## 4 · Is delivery moving?',
      '## 5 · What does it cost?',
    ]);
    const shown = widgets
      .flatMap(({ properties }) => [
        properties.markdown,
        properties.title,
        ...seriesOf(properties)
          .filter(({ visible }) => visible)
          .map(({ label }) => label),
      ])
      .join('\n');
    expect(shown).not.toMatch(/shard|stream|Kinesis|iterator/i);
    expect(widgets.map(({ properties }) => properties.title)).toEqual(
      expect.arrayContaining(['Partitions', 'By partition']),
    );
  });

  it('shows every metric that its functions emit, and no other of ours', () => {
    const defined = [BATCH_METRICS, TICK_METRICS, TOPIC_METRICS]
      .flatMap(({ counts, durations }) => [...counts, ...durations])
      .map(({ name }) => name);
    const lines = [emitted(), emittedTick(), ...emittedOfTopic()].flatMap(
      ({ _aws }) => _aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name) ?? [],
    );
    const shown = series.filter(({ namespace }) => namespace === 'Tidemark/dev').map(({ metricName }) => metricName);
    expect([...new Set(shown)].sort()).toEqual([...defined].sort());
    expect([...lines].sort()).toEqual([...defined].sort());
  });

  it('keeps the invariant of records, and counts nothing as put, which nobody counts', () => {
    const line = widgets.find(({ properties }) => properties.title?.startsWith('Every record'));
    expect(
      seriesOf(line?.properties ?? {})
        .filter(({ visible }) => visible)
        .map(({ label }) => label),
    ).toEqual(['in', '= counted', '+ late', '+ dead letters', 'unaccounted for']);
  });

  it('shows the lag of the group, and of MSK what is put, whether brokers or the cluster tell it', () => {
    expect(
      series.filter(({ namespace, metricName }) => namespace === 'AWS/Lambda' && metricName === 'OffsetLag'),
    ).toMatchObject([{ axis: 'right', statistic: 'Maximum' }]);
    const searches = (template: typeof msk) =>
      dashboardBody(template.toJSON())
        .widgets.flatMap(({ properties }) => seriesOf(properties))
        .flatMap(({ expression }) => (expression?.includes('SEARCH') === true ? [expression] : []));
    expect(searches(msk)).toEqual([
      '60 * SUM(SEARCH(\'Namespace="AWS/Kafka" MetricName="MessagesInPerSec" "Cluster Name"="tidemark-dev" Topic="purchases"\', \'Sum\', 60))',
    ]);
    expect(searches(selfManaged)).toEqual([]);
  });

  it('has no metric of MSK when the cluster is another', () => {
    expect(JSON.stringify(dashboardBody(selfManaged.toJSON()))).not.toContain('AWS/Kafka');
    expect(JSON.stringify(selfManaged.findResources(ALARM))).not.toContain('AWS/Kafka');
  });
});
