import { LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Newest figures by shard, slowest first: from the log lines, since a dimension per shard would cost a metric each. */
const BY_SHARD = [
  'filter ispresent(partition) and ispresent(watermarkLagMs)',
  'stats latest(watermarkLagMs) as lagMs, latest(openWindows) as windows, sum(recordsIn) as records, sum(lateRecords) as late, sum(deadLetters) as dead, max(@timestamp) as lastBatchMs by partition',
  'sort lagMs desc',
  'limit 50',
];

/** Does event time go on, on every shard? */
export function timeSection({ batch }: PipelineMetrics, logGroupName: string): Section {
  return [
    heading('3 · Is time moving?', 'Healthy: the lag is flat (a steady climb: no new events, or one shard that holds back the rest), windows close as fast as they open, every shard had a batch lately.'),
    [
      graph('Watermark behind the clock', 'ms', 6, [
        batch.watermarkLagMaxMs.with({ label: 'slowest shard', color: COLOURS.warn }),
        batch.watermarkLagMinMs.with({ label: 'fastest shard', color: COLOURS.good }),
      ]),
      graph('Open windows', 'keys × windows', 6, [batch.openWindowsMaxCount.with({ label: 'of the shard with most', color: COLOURS.good })]),
      new LogQueryWidget({ title: 'By shard', width: 12, height: 6, logGroupNames: [logGroupName], view: LogQueryVisualizationType.TABLE, queryLines: BY_SHARD }),
    ],
  ];
}
