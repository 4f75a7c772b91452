import type { StageSettings } from '../../settings.ts';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Does it read what comes in, and in time? */
export function aliveSection({ function: fn, stream, batch }: PipelineMetrics, { maxIteratorAgeMs, timeoutMs }: StageSettings): Section {
  return [
    heading('1 · Is it alive?', 'Healthy: what is put is processed within the minute, the age is flat and low, no errors, the longest batch is far from the timeout.'),
    [
      graph('Records put and processed', 'per minute', 6, [
        stream.recordsPutCount.with({ label: 'put into the stream', color: COLOURS.source }),
        batch.recordsInCount.with({ label: 'processed', color: COLOURS.good }),
        stream.writeThrottleCount.with({ label: 'refused: stream full', color: COLOURS.bad }),
      ]),
      graph('Age of the oldest record in a batch', 'ms', 6, [fn.iteratorAgeMaxMs.with({ label: 'iterator age', color: COLOURS.good })], {
        leftAnnotations: [{ value: maxIteratorAgeMs, label: 'behind', color: COLOURS.warn }],
      }),
      graph('Invocations', 'per minute', 6, [
        fn.invocationCount.with({ label: 'invocations', color: COLOURS.good }),
        fn.errorCount.with({ label: 'errors', color: COLOURS.bad }),
        fn.throttleCount.with({ label: 'throttles', color: COLOURS.warn }),
      ]),
      graph('Time per batch', 'ms', 6, [
        fn.durationP50Ms.with({ label: 'half of the batches', color: COLOURS.good }),
        fn.durationMaxMs.with({ label: 'the longest', color: COLOURS.other }),
      ], { leftAnnotations: [{ value: timeoutMs, label: 'timeout', color: COLOURS.bad }] }),
    ],
  ];
}
