import { minutes } from '../../engine/time/duration.ts';
import type { StageSettings } from '../settings.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { math, period } from './five-minutes.ts';
import type { FirehoseMetrics } from './service-metrics.ts';

/** How long Firehose may take beyond the time for which it gathers. */
const SLACK_MS = minutes(15);

/** Between Firehose and the bucket nobody else notices anything. */
export function lakeAlarms(firehose: FirehoseMetrics, { lakeDelivery }: StageSettings): AlarmDefinition[] {
  const bufferMs = lakeDelivery.by === 'firehose' ? lakeDelivery.bufferMs : 0;
  return [
    {
      id: 'LakeStale',
      metric: firehose.freshnessMaxSeconds.with({ period }),
      threshold: (bufferMs + SLACK_MS) / 1_000,
      datapoints: 3,
      periods: 3,
      description:
        'Firehose does not get results into the bucket; it tries for 24 hours, then they are lost to the lake. Read the log group of the Firehose stream: a right, the bucket or the Glue table may be gone.',
    },
    {
      id: 'LakeErrors',
      metric: math('lines below errors/', 'SUM([failed, exceeded])', {
        failed: firehose.failedConversionCount,
        exceeded: firehose.partitionsExceededMax,
      }),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'Results lie below errors/ in the lake bucket and not in the table: they do not fit its columns, or more than 500 days came at once. The files there hold them; see their reason and load them by hand.',
    },
  ];
}
