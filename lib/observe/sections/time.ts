import { LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { COLUMNS, graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Newest figures by shard, slowest first: from the log lines, since a dimension per shard would cost a metric each. */
const BY_SHARD = [
  'filter ispresent(partition) and ispresent(watermarkLagMs)',
  'stats latest(watermarkLagMs) / 60000 as lagMinutes, latest(openWindows) as windows, sum(recordsIn) as records, sum(lateRecords) as late, sum(deadLetters) as dead, max(@timestamp) as lastBatch by partition',
  'sort lagMinutes desc',
  'limit 50',
];

/** Does event time go on, on every shard? */
export function timeSection({ batch, derived, tick, time }: PipelineMetrics, logGroupName: string): Section {
  return [
    heading('3 · Is time moving?', 'Healthy: the lag is flat (a steady climb: no new events, or one shard that holds back the rest), windows close as fast as they open, every shard had a batch lately.'),
    [
      graph('Watermark behind the clock', 'minutes', 6, [derived.watermarkLagMaxMinutes, derived.watermarkLagMinMinutes]),
      graph('Open windows', 'keys × windows', 6, [batch.openWindowsMaxCount.with({ label: 'of the shard with most', color: COLOURS.good })]),
      graph('Shards', 'with a log', 6, [
        time.shardCount.with({ label: 'all', color: COLOURS.source }),
        time.idleShardCount.with({ label: 'idle', color: COLOURS.warn }),
      ]),
      graph('Ticks', 'per minute', 6, [
        tick.invocationCount.with({ label: 'ticks, one per minute', color: COLOURS.good }),
        time.shardsMovedCount.with({ label: 'shards moved on', color: COLOURS.other }),
        tick.errorCount.with({ label: 'errors', color: COLOURS.bad }),
      ]),
    ],
    [new LogQueryWidget({ title: 'By shard', width: COLUMNS, height: 5, logGroupNames: [logGroupName], view: LogQueryVisualizationType.TABLE, queryLines: BY_SHARD })],
  ];
}
