import type { GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageSettings } from '../../settings.ts';
import type { BatchMetrics } from '../batch-metrics.ts';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { titleOf, type ReaderMetrics } from '../reader-metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Does it read what comes in, and in time? */
export function aliveSection({ readers, batch }: PipelineMetrics, settings: StageSettings): Section {
  return [
    heading(
      '1 · Is it alive?',
      'Healthy: what is put is processed within the minute, the age is flat and low, no errors, the longest batch is far from the timeout.',
    ),
    ...readers.map((reader) => readerLine(reader, batch, settings)),
  ];
}

/** Of one source. */
function readerLine(
  reader: ReaderMetrics,
  batch: BatchMetrics,
  { maxIteratorAgeMs, timeoutMs }: StageSettings,
): Section[number] {
  const { function: fn, source } = reader;
  return [
    recordsGraph(reader, batch),
    ageGraph(reader, maxIteratorAgeMs),
    graph(titleOf('Invocations', reader), 'per minute', 6, [
      fn.invocationCount.with({ label: 'invocations', color: COLOURS.good }),
      fn.errorCount.with({ label: 'errors', color: COLOURS.bad }),
      fn.throttleCount.with({ label: 'throttles', color: COLOURS.warn }),
      ...(source.failedPartitionCount === undefined
        ? []
        : [source.failedPartitionCount.with({ label: 'partitions that failed', color: COLOURS.other })]),
    ]),
    graph(
      titleOf('Time per batch', reader),
      'ms',
      6,
      [
        fn.durationP50Ms.with({ label: 'half of the batches', color: COLOURS.good }),
        fn.durationMaxMs.with({ label: 'the longest', color: COLOURS.other }),
      ],
      { leftAnnotations: [{ value: timeoutMs, label: 'timeout', color: COLOURS.bad }] },
    ),
  ];
}

function recordsGraph(reader: ReaderMetrics, { recordsInCount }: BatchMetrics): GraphWidget {
  const { recordsPutPerMinute, writeThrottleCount, words } = reader.source;
  const title = titleOf(recordsPutPerMinute === undefined ? 'Records processed' : 'Records put and processed', reader);
  const processed = reader.name === undefined ? 'processed' : 'processed, of all sources';
  return graph(title, 'per minute', 6, [
    ...(recordsPutPerMinute === undefined ? [] : [recordsPutPerMinute]),
    recordsInCount.with({ label: processed, color: COLOURS.good }),
    ...(writeThrottleCount === undefined
      ? []
      : [writeThrottleCount.with({ label: `refused: ${words.source} full`, color: COLOURS.bad })]),
  ]);
}

function ageGraph(reader: ReaderMetrics, maxIteratorAgeMs: number): GraphWidget {
  const { recordAgeMaxMs, lagCount } = reader.source;
  return graph(
    titleOf('Age of the records read', reader),
    'ms',
    6,
    [recordAgeMaxMs.with({ label: 'age', color: COLOURS.good })],
    {
      leftAnnotations: [{ value: maxIteratorAgeMs, label: 'behind', color: COLOURS.warn }],
      ...(lagCount === undefined
        ? {}
        : {
            right: [lagCount.with({ label: 'lag of the group: not read', color: COLOURS.source })],
            rightYAxis: { min: 0, label: 'records', showUnits: false },
          }),
    },
  );
}
