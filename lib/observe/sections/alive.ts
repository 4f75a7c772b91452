import type { GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageSettings } from '../../settings.ts';
import type { BatchMetrics } from '../batch-metrics.ts';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import type { SourceMetrics } from '../source-metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Does it read what comes in, and in time? */
export function aliveSection(
  { function: fn, source, batch }: PipelineMetrics,
  { maxIteratorAgeMs, timeoutMs }: StageSettings,
): Section {
  return [
    heading(
      '1 · Is it alive?',
      'Healthy: what is put is processed within the minute, the age is flat and low, no errors, the longest batch is far from the timeout.',
    ),
    [
      recordsGraph(source, batch),
      ageGraph(source, maxIteratorAgeMs),
      graph('Invocations', 'per minute', 6, [
        fn.invocationCount.with({ label: 'invocations', color: COLOURS.good }),
        fn.errorCount.with({ label: 'errors', color: COLOURS.bad }),
        fn.throttleCount.with({ label: 'throttles', color: COLOURS.warn }),
        ...(source.failedPartitionCount === undefined
          ? []
          : [source.failedPartitionCount.with({ label: 'partitions that failed', color: COLOURS.other })]),
      ]),
      graph(
        'Time per batch',
        'ms',
        6,
        [
          fn.durationP50Ms.with({ label: 'half of the batches', color: COLOURS.good }),
          fn.durationMaxMs.with({ label: 'the longest', color: COLOURS.other }),
        ],
        { leftAnnotations: [{ value: timeoutMs, label: 'timeout', color: COLOURS.bad }] },
      ),
    ],
  ];
}

function recordsGraph(
  { recordsPutPerMinute, writeThrottleCount, words }: SourceMetrics,
  { recordsInCount }: BatchMetrics,
): GraphWidget {
  return graph(recordsPutPerMinute === undefined ? 'Records processed' : 'Records put and processed', 'per minute', 6, [
    ...(recordsPutPerMinute === undefined ? [] : [recordsPutPerMinute]),
    recordsInCount.with({ label: 'processed', color: COLOURS.good }),
    ...(writeThrottleCount === undefined
      ? []
      : [writeThrottleCount.with({ label: `refused: ${words.source} full`, color: COLOURS.bad })]),
  ]);
}

function ageGraph({ recordAgeMaxMs, lagCount }: SourceMetrics, maxIteratorAgeMs: number): GraphWidget {
  return graph('Age of the records read', 'ms', 6, [recordAgeMaxMs.with({ label: 'age', color: COLOURS.good })], {
    leftAnnotations: [{ value: maxIteratorAgeMs, label: 'behind', color: COLOURS.warn }],
    ...(lagCount === undefined
      ? {}
      : {
          right: [lagCount.with({ label: 'lag of the group: not read', color: COLOURS.source })],
          rightYAxis: { min: 0, label: 'records', showUnits: false },
        }),
  });
}
