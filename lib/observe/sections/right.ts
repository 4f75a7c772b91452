import { Color, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { COLOURS } from '../colours.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { COLUMNS, graph, heading } from './layout.ts';
import type { Section } from './layout.ts';

/** Is every record accounted for, and none refused? */
export function rightSection({ batch, readers, log, derived }: PipelineMetrics): Section {
  const { words } = readers[0].source;
  const unread = derived.recordsUnreadCount === undefined ? '' : '; what is put and not yet in comes down to 0';
  return [
    heading(
      '2 · Is it right?',
      `Healthy: in = counted + late + dead letters, so nothing is unaccounted for; few are late, none dead${unread}. Refused commits are harmless one by one: two functions had the same ${words.part}, one won.`,
    ),
    [
      new SingleValueWidget({
        title: 'Every record of this time range',
        width: COLUMNS,
        height: 3,
        setPeriodToTimeRange: true,
        metrics: [
          ...readers.flatMap(({ name, source: { recordsPutCount, words: of } }) =>
            recordsPutCount === undefined
              ? []
              : [recordsPutCount.with({ label: `put into ${name ?? `the ${of.source}`}`, color: COLOURS.source })],
          ),
          // Before the expressions that use them: of one metric with two labels, the CDK keeps the first.
          batch.recordsInCount.with({ label: 'in', color: COLOURS.good }),
          batch.countedCount.with({ label: '= counted', color: COLOURS.good }),
          batch.lateRecordCount.with({ label: '+ late', color: COLOURS.warn }),
          batch.deadLetterCount.with({ label: '+ dead letters', color: COLOURS.bad }),
          derived.unaccountedCount,
          ...(derived.recordsUnreadCount === undefined ? [] : [derived.recordsUnreadCount]),
        ],
      }),
    ],
    [
      graph('Late', '% of records', 6, [derived.latePercent]),
      graph('Dead letters', 'per minute', 6, [
        batch.deadLetterCount.with({ label: 'dead letters', color: COLOURS.bad }),
      ]),
      graph('Came again, not counted again', 'per minute', 6, [
        batch.recordsReplayedCount.with({ label: 'replayed', color: Color.GREY }),
      ]),
      graph('Refused commits', 'puts per minute', 6, [
        log.refusedPutCount.with({ label: 'refused by the partition log', color: COLOURS.warn }),
      ]),
    ],
  ];
}
