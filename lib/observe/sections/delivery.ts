import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import type { FirehoseMetrics } from '../service-metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Do results get to their readers? */
export function deliverySection({ batch, derived, log, results, firehose, exchanges }: PipelineMetrics): Section {
  const { resultsOutCount } = exchanges.at(-1)?.batch ?? batch;
  const throttles = [
    log.writeThrottleCount.with({ label: 'log: writes', color: COLOURS.bad }),
    log.readThrottleCount.with({ label: 'log: reads', color: COLOURS.warn }),
  ];
  const latency = [log.putLatencyP99Ms.with({ label: 'commit', color: COLOURS.good })];
  return [
    heading(
      '4 · Is delivery moving?',
      'A result is delivered before its batch is done: a sink that fails shows as errors and age in 1, and results stop here. No results while no window ends is no fault.',
    ),
    [
      graph('Results', 'per minute', 6, [
        resultsOutCount.with({ label: 'results', color: COLOURS.good }),
        ...(results === undefined
          ? []
          : [results.refusedPutCount.with({ label: 'overtaken by newer ones', color: COLOURS.source })]),
      ]),
      graph('Results not known delivered', 'minutes', 6, [derived.outboxAgeMaxMinutes]),
      graph('Throttled by DynamoDB', 'per minute', 6, [
        ...throttles,
        ...(results === undefined
          ? []
          : [results.writeThrottleCount.with({ label: 'results: writes', color: COLOURS.other })]),
      ]),
      graph('Slowest puts: 99 of 100 are faster', 'ms', 6, [
        ...latency,
        ...(results === undefined ? [] : [results.putLatencyP99Ms.with({ label: 'result', color: COLOURS.other })]),
      ]),
    ],
    ...(firehose === undefined ? [] : [lakeLine(firehose)]),
  ];
}

/** From Firehose to the bucket. */
function lakeLine(firehose: FirehoseMetrics): Section[number] {
  return [
    graph('Lake: age of the oldest line not in a file yet', 's', 8, [
      firehose.freshnessMaxSeconds.with({ label: 'freshness', color: COLOURS.good }),
    ]),
    graph('Lake: Firehose records', 'per minute', 8, [
      firehose.recordsPutCount.with({ label: 'put', color: COLOURS.good }),
      firehose.throttledRecordCount.with({ label: 'refused, sent again', color: COLOURS.warn }),
    ]),
    graph('Lake: lines below errors/', 'per minute', 8, [
      firehose.failedConversionCount.with({ label: 'do not fit the columns', color: COLOURS.bad }),
      firehose.partitionsExceededMax.with({ label: 'too many days at once', color: COLOURS.warn }),
    ]),
  ];
}
