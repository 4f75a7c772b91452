import { LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { GraphWidget, IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { titleOf, type ReaderMetrics } from '../reader-metrics.ts';
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
export function timeSection({ batch, derived, time, readers }: PipelineMetrics): Section {
  const [first, ...further] = readers;
  const { part, parts } = first.source.words;
  // Each tick reports its own, under the one dimension of the pipeline.
  const all = further.length === 0 ? 'all' : 'all, of the source with most';
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
        time.shardCount.with({ label: all, color: COLOURS.source }),
        time.idleShardCount.with({ label: 'idle', color: COLOURS.warn }),
      ]),
      ticksGraph(first, [time.shardsMovedCount.with({ label: `${part}s moved on`, color: COLOURS.other })]),
    ],
    [byPart(first, COLUMNS, 5)],
    ...further.map((reader) => [ticksGraph(reader), byPart(reader, COLUMNS - 6, 6)]),
  ];
}

function ticksGraph(reader: ReaderMetrics, moved: readonly IMetric[] = []): GraphWidget {
  return graph(titleOf('Ticks', reader), 'per minute', 6, [
    reader.tick.invocationCount.with({ label: 'ticks, one per minute', color: COLOURS.good }),
    ...moved,
    reader.tick.errorCount.with({ label: 'errors', color: COLOURS.bad }),
  ]);
}

/** From the log of the very function: shards of two sources may have the same name. */
function byPart(reader: ReaderMetrics, width: number, height: number): LogQueryWidget {
  return new LogQueryWidget({
    title: titleOf(`By ${reader.source.words.part}`, reader),
    width,
    height,
    logGroupNames: [reader.logGroupName],
    view: LogQueryVisualizationType.TABLE,
    queryLines: BY_PARTITION,
  });
}
