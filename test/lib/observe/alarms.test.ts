import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { ASSUMED } from '../../../operate/cost/assumptions.ts';
import { emitted, emittedTick } from '../../support/emitted.ts';
import { orders, synthesize } from '../synthesize.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const template = synthesize();
const named = (name: string) => ({ AlarmName: `Tidemark-orders-dev-${name}` });
const properties = Object.values(template.findResources(ALARM)).map(
  (resource): Record<string, unknown> => resource['Properties'],
);

describe('every alarm', () => {
  it('is one of these', () => {
    expect(properties.map((alarm) => String(alarm['AlarmName']).replace('Tidemark-orders-dev-', ''))).toEqual(
      expect.arrayContaining([
        'FunctionErrors',
        'FunctionThrottles',
        'TickErrors',
        'Stalled',
        'Behind',
        'RecordsAtRisk',
        'DeadLetters',
        'Unaccounted',
        'DeliveryStuck',
        'StreamFull',
        'RecordsExpired',
        'TableThrottles',
        'TableSystemErrors',
        'LakeStale',
        'LakeErrors',
      ]),
    );
    expect(properties).toHaveLength(15);
  });

  it('costs what tidemark cost says: an alarm is paid per metric in it', () => {
    const metrics = properties.map(({ Metrics }) =>
      Array.isArray(Metrics) ? Metrics.filter((metric: object) => 'MetricStat' in metric).length : 1,
    );
    expect(metrics.reduce((sum, count) => sum + count, 0)).toBe(ASSUMED.alarmMetrics.kinesis);
  });

  it('says what has happened and what to do', () => {
    for (const { AlarmDescription } of properties) expect(AlarmDescription).toMatch(/^[A-Z].{60,400}\.$/);
  });

  it('tells the topic when it rings and when it is over', () => {
    const topic = [{ Ref: Match.stringLikeRegexp('^ObserveAlarmTopic') }];
    template.allResourcesProperties(ALARM, { AlarmActions: topic, OKActions: topic });
  });

  it('rings above its threshold, and not for a stream at rest', () => {
    template.allResourcesProperties(ALARM, {
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('looks at five minutes at a time, each metric of its expression too', () => {
    for (const { Period, Metrics } of properties) {
      const periods =
        Metrics === undefined
          ? [Period]
          : JSON.stringify(Metrics)
              .match(/(?<="Period":)\d+/g)
              ?.map(Number);
      expect(new Set(periods)).toEqual(new Set([300]));
    }
  });
});

describe('without computed alarms', () => {
  it('leaves out those that compute, and no other', () => {
    const left = Object.values(
      synthesize({ overrides: { computedAlarms: false, maxWatermarkLagMs: 1 } }).findResources(ALARM),
    );
    expect(left).toHaveLength(11);
    for (const { Properties } of left) expect(Properties).toMatchObject({ MetricName: expect.any(String) });
  });
});

describe('the alarm', () => {
  it.each([
    ['FunctionErrors', 'AWS/Lambda', 'Errors', 'Sum', 0, 2, 3],
    ['FunctionThrottles', 'AWS/Lambda', 'Throttles', 'Sum', 0, 2, 3],
    ['TickErrors', 'AWS/Lambda', 'Errors', 'Sum', 0, 3, 3],
    ['Behind', 'AWS/Lambda', 'IteratorAge', 'Maximum', 900_000, 3, 3],
    ['RecordsAtRisk', 'AWS/Lambda', 'IteratorAge', 'Maximum', 43_200_000, 1, 1],
    ['DeadLetters', 'Tidemark/dev', 'deadLetters', 'Sum', 0, 1, 1],
    ['DeliveryStuck', 'Tidemark/dev', 'outboxAgeMs', 'Maximum', 900_000, 3, 3],
    ['RecordsExpired', 'Tidemark/dev', 'possibleLosses', 'Sum', 0, 1, 1],
    ['LakeStale', 'AWS/Firehose', 'DeliveryToS3.DataFreshness', 'Maximum', 1_200, 3, 3],
    ['StreamFull', 'AWS/Kinesis', 'WriteProvisionedThroughputExceeded', 'Sum', 0, 3, 3],
  ])('%s watches %s %s', (name, Namespace, MetricName, Statistic, Threshold, DatapointsToAlarm, EvaluationPeriods) => {
    template.hasResourceProperties(ALARM, {
      ...named(name),
      Namespace,
      MetricName,
      Statistic,
      Threshold,
      DatapointsToAlarm,
      EvaluationPeriods,
    });
  });

  it('FunctionErrors and TickErrors watch different functions', () => {
    const watched = properties
      .filter(({ MetricName }) => MetricName === 'Errors')
      .map(({ Dimensions }) => JSON.stringify(Dimensions));
    expect(new Set(watched).size).toBe(2);
  });

  it('Stalled rings when records come in for ten minutes and nothing runs', () => {
    template.hasResourceProperties(ALARM, {
      ...named('Stalled'),
      Threshold: 0,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(FILL(recordsPut, 0) > 0 AND FILL(invocations, 0) == 0, 1, 0)' }),
      ]),
    });
  });

  it('Unaccounted rings when the counters of a batch disagree', () => {
    template.hasResourceProperties(ALARM, {
      ...named('Unaccounted'),
      Threshold: 0,
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'IF(recordsIn == counted + late + dead, 0, 1)' })]),
    });
  });

  it('LakeErrors watches what Firehose cannot convert and what it cannot keep open; LakeStale knows how long it gathers', () => {
    template.hasResourceProperties(ALARM, {
      ...named('LakeErrors'),
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'SUM([failed, exceeded])' })]),
    });
    const quick = synthesize({ overrides: { lakeDelivery: { by: 'firehose', format: 'parquet', bufferMs: 60_000 } } });
    quick.hasResourceProperties(ALARM, { ...named('LakeStale'), Threshold: 960 });
    synthesize({ overrides: { lakeDelivery: { by: 'function' } } }).resourceCountIs(ALARM, 13);
  });

  it('TableThrottles adds up reads and writes of both tables, one without data too', () => {
    template.hasResourceProperties(ALARM, {
      ...named('TableThrottles'),
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'SUM([table0, table1, table2, table3])' })]),
    });
  });

  it('TableThrottles looks at the log alone when there is no result table', () => {
    synthesize({ topology: { ...orders, sinks: [{ kind: 'lake' }] } }).hasResourceProperties(ALARM, {
      ...named('TableThrottles'),
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'SUM([table0, table1])' })]),
    });
  });

  it('TableSystemErrors watches puts', () => {
    template.hasResourceProperties(ALARM, {
      ...named('TableSystemErrors'),
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({
              MetricName: 'SystemErrors',
              Dimensions: Match.arrayWith([{ Name: 'Operation', Value: 'PutItem' }]),
            }),
          }),
        }),
      ]),
    });
  });

  it('RecordsAtRisk leaves half of the retention for the repair, whatever the retention', () => {
    synthesize({ overrides: { streamRetentionHours: 168 } }).hasResourceProperties(ALARM, {
      ...named('RecordsAtRisk'),
      Threshold: 302_400_000,
    });
  });

  it('Behind rings at the age that the stage says', () => {
    synthesize({ overrides: { maxIteratorAgeMs: 60_000 } }).hasResourceProperties(ALARM, {
      ...named('Behind'),
      Threshold: 60_000,
    });
  });

  it('WatermarkLag is there only for a pipeline whose events are of now', () => {
    expect(properties.map((alarm) => alarm['AlarmName'])).not.toContain('Tidemark-orders-dev-WatermarkLag');
    synthesize({ overrides: { maxWatermarkLagMs: 7_200_000 } }).hasResourceProperties(ALARM, {
      ...named('WatermarkLag'),
      MetricName: 'watermarkLagMs',
      Statistic: 'Maximum',
      Threshold: 7_200_000,
    });
  });

  it('names no metric of ours that the function does not emit', () => {
    const withLag = synthesize({ overrides: { maxWatermarkLagMs: 1 } }).findResources(ALARM);
    const ours = Object.values(withLag)
      .map((resource) => resource['Properties'])
      .filter(({ Namespace }) => String(Namespace).startsWith('Tidemark'));
    const [batch, tick] = [emitted({}, { possibleLoss: { fromMs: 0, toMs: 1 } }), emittedTick()].map(
      ({ _aws }) => _aws.CloudWatchMetrics[0],
    );
    const names = [batch, tick].flatMap((metrics) => metrics?.Metrics.map(({ Name }) => Name) ?? []);
    expect(ours.map(({ MetricName }) => MetricName).sort()).toEqual([
      'deadLetters',
      'outboxAgeMs',
      'possibleLosses',
      'watermarkLagMs',
    ]);
    for (const { MetricName, Namespace, Dimensions } of ours) {
      expect(names).toContain(MetricName);
      expect([batch?.Namespace, tick?.Namespace]).toEqual([Namespace, Namespace]);
      expect(Dimensions).toEqual([{ Name: 'pipeline', Value: 'orders' }]);
    }
  });
});
