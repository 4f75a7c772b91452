import { LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { COLUMNS, graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Newest figures by shard or partition, slowest first: from the log lines, since a dimension of them would cost a metric each. */
export const BY_PARTITION = [
  'filter ispresent(partition) and ispresent(watermarkLagMs)',
  'stats latest(watermarkLagMs) / 60000 as lagMinutes, latest(openWindows) as windows, sum(recordsIn) as records, sum(lateRecords) as late, sum(deadLetters) as dead, max(@timestamp) as lastBatch by partition',
  'sort lagMinutes desc',
  'limit 50',
];

/** Does event time go on, on every shard or partition? */
export function timeSection({ batch, derived, tick, time, source }: PipelineMetrics, logGroupName: string): Section {
  const { part, parts } = source.words;
  return [
    heading(
      '3 · Is time moving?',
      `Healthy: the lag is flat (a steady climb: no new events, or one ${part} that holds back the rest), windows close as fast as they open, every ${part} had a batch lately.`,
    ),
    [
      graph('Watermark behind the clock', 'minutes', 6, [
        derived.watermarkLagMaxMinutes,
        derived.watermarkLagMinMinutes,
      ]),
      graph('Open windows', 'keys × windows', 6, [
        batch.openWindowsMaxCount.with({ label: `of the ${part} with most`, color: COLOURS.good }),
      ]),
      graph(parts, 'with a log', 6, [
        time.shardCount.with({ label: 'all', color: COLOURS.source }),
        time.idleShardCount.with({ label: 'idle', color: COLOURS.warn }),
      ]),
      graph('Ticks', 'per minute', 6, [
        tick.invocationCount.with({ label: 'ticks, one per minute', color: COLOURS.good }),
        time.shardsMovedCount.with({ label: `${part}s moved on`, color: COLOURS.other }),
        tick.errorCount.with({ label: 'errors', color: COLOURS.bad }),
      ]),
    ],
    [
      new LogQueryWidget({
        title: `By ${part}`,
        width: COLUMNS,
        height: 5,
        logGroupNames: [logGroupName],
        view: LogQueryVisualizationType.TABLE,
        queryLines: BY_PARTITION,
      }),
    ],
  ];
}
