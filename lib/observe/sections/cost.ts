import { SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** What do 1,000 records take? */
export function costSection({ batch, log, results, derived, exchanges }: PipelineMetrics): Section {
  const billed = [
    log.writeUnitCount.with({ label: 'billed: log', color: COLOURS.good }),
    ...(results === undefined ? [] : [results.writeUnitCount.with({ label: 'billed: results', color: COLOURS.other })]),
  ];
  return [
    heading(
      '5 · What does it cost?',
      'Small batches cost most: a commit is paid per batch, not per record. A longer batching window makes both figures fall.',
    ),
    [
      new SingleValueWidget({
        title: 'In this time range',
        width: 12,
        height: 6,
        setPeriodToTimeRange: true,
        metrics: [derived.writeUnitsPerThousandCount, derived.lambdaPerThousandMs, derived.recordsPerCommitCount],
      }),
      graph('Per 1,000 records', 'write units', 6, [derived.writeUnitsPerThousandCount], {
        right: [derived.lambdaPerThousandMs],
        rightYAxis: { min: 0, label: 'ms', showUnits: false },
      }),
      graph('Write units', 'per minute', 6, [
        batch.writeUnitCount.with({ label: 'counted by the function', color: COLOURS.source }),
        ...exchanges.map((one) =>
          one.batch.writeUnitCount.with({
            label: `counted by the receivers${exchanges.length === 1 ? '' : ` of ${one.exchange}`}`,
            color: COLOURS.warn,
          }),
        ),
        ...billed,
      ]),
    ],
  ];
}
