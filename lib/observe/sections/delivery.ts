import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { COLUMNS, graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Do results get to their readers? */
export function deliverySection({ batch, log, results }: PipelineMetrics): Section {
  const throttles = [log.writeThrottleCount.with({ label: 'log: writes', color: COLOURS.bad }), log.readThrottleCount.with({ label: 'log: reads', color: COLOURS.warn })];
  const latency = [log.putLatencyP99Ms.with({ label: 'commit', color: COLOURS.good })];
  const width = results === undefined ? COLUMNS / 3 : COLUMNS / 4;
  return [
    heading('4 · Is delivery moving?', 'A result is delivered before its batch is done: a sink that fails shows as errors and age in 1, and results stop here. No results while no window ends is no fault.'),
    [
      graph('Results', 'per minute', width, [batch.resultsOutCount.with({ label: 'results', color: COLOURS.good })]),
      ...(results === undefined ? [] : [graph('Results overtaken by newer ones', 'per minute', width, [results.refusedPutCount.with({ label: 'superseded', color: COLOURS.source })])]),
      graph('Throttled by DynamoDB', 'per minute', width, [...throttles, ...(results === undefined ? [] : [results.writeThrottleCount.with({ label: 'results: writes', color: COLOURS.other })])]),
      graph('Slowest puts: 99 of 100 are faster', 'ms', width, [...latency, ...(results === undefined ? [] : [results.putLatencyP99Ms.with({ label: 'result', color: COLOURS.other })])]),
    ],
  ];
}
