import {
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib';
import type { StageSettings } from '../../settings.ts';
import { COLOURS } from '../colours.ts';
import type { ExchangeMetrics } from '../exchange-metrics.ts';
import { COLUMNS, graph, heading } from './layout.ts';
import type { Section } from './layout.ts';
import { BY_PARTITION } from './time.ts';

/**
 * Do rows get through the exchange, and is each of them accounted for?
 *
 * @param number of the question on the dashboard
 * @param isOnly the pipeline has no other
 */
export function exchangeSection(
  {
    exchange,
    batch,
    function: fn,
    failedReceiverCount,
    missedRingCount,
    ringAgeMaxSeconds,
    logGroupName,
  }: ExchangeMetrics,
  { maxIteratorAgeMs }: StageSettings,
  number: number,
  isOnly: boolean,
): Section {
  return [
    heading(
      `${number} · Does the exchange ${isOnly ? '' : `${exchange} `}move?`,
      'Healthy: rows come in soon after their records, no ring waits, no receiver fails, in = counted + late + dead letters. A ring that was missed costs a minute: the tick calls.',
    ),
    [
      graph('Rows', 'per minute', 6, [batch.recordsInCount.with({ label: 'rows in', color: COLOURS.good })]),
      graph('Calls of receivers', 'per minute', 6, [
        fn.invocationCount.with({ label: 'invocations', color: COLOURS.good }),
        fn.errorCount.with({ label: 'errors', color: COLOURS.bad }),
        fn.throttleCount.with({ label: 'throttles', color: COLOURS.warn }),
        failedReceiverCount.with({ label: 'receivers that failed', color: COLOURS.other }),
        missedRingCount.with({ label: 'rings that were missed', color: COLOURS.source }),
      ]),
      graph('Age of the oldest ring', 's', 6, [ringAgeMaxSeconds.with({ label: 'age', color: COLOURS.good })], {
        leftAnnotations: [{ value: maxIteratorAgeMs / 1_000, label: 'waiting', color: COLOURS.warn }],
      }),
      graph('Watermark of receivers behind the clock', 'minutes', 6, [
        new MathExpression({
          label: 'slowest receiver',
          expression: 'lagMs / 60000',
          usingMetrics: { lagMs: batch.watermarkLagMaxMs },
          period: Duration.minutes(1),
        }),
      ]),
    ],
    [
      new SingleValueWidget({
        title: 'Every row of this time range',
        width: COLUMNS,
        height: 3,
        setPeriodToTimeRange: true,
        metrics: [
          batch.recordsInCount.with({ label: 'in', color: COLOURS.good }),
          batch.countedCount.with({ label: '= counted', color: COLOURS.good }),
          batch.lateRecordCount.with({ label: '+ late', color: COLOURS.warn }),
          batch.deadLetterCount.with({ label: '+ dead letters', color: COLOURS.bad }),
        ],
      }),
    ],
    [
      new LogQueryWidget({
        title: 'By receiver',
        width: COLUMNS,
        height: 5,
        logGroupNames: [logGroupName],
        view: LogQueryVisualizationType.TABLE,
        queryLines: [...BY_PARTITION],
      }),
    ],
  ];
}
