import type { StageSettings } from '../settings.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { ExchangeMetrics } from './exchange-metrics.ts';
import { period } from './five-minutes.ts';
import { unaccountedFlag } from './unaccounted.ts';

/**
 * What an operator must know of the receivers at once.
 *
 * @param isFurther it is behind another exchange: its alarms bear its name
 */
export function exchangeAlarms(
  exchange: ExchangeMetrics,
  settings: StageSettings,
  isFurther: boolean,
): AlarmDefinition[] {
  const alarms = alarmsOf(exchange, settings);
  return isFurther ? alarms.map((alarm) => ({ ...alarm, id: `${alarm.id}-${exchange.exchange}` })) : alarms;
}

function alarmsOf(exchange: ExchangeMetrics, settings: StageSettings): AlarmDefinition[] {
  const { batch, function: fn, failedReceiverCount, ringAgeMaxSeconds } = exchange;
  return [
    {
      id: 'ReceiverErrors',
      metric: fn.errorCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description:
        'Calls of receivers fail and are repeated: nothing is lost, their keys get no results. In the end the senders wait too, with RING_FULL. Read the error in the log of the receiver function; repair what it names or deploy the version before.',
    },
    {
      id: 'ReceiversHalted',
      metric: failedReceiverCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description:
        'Receivers fail again and again, maybe while others go on: nothing is lost, their keys wait, and in the end the senders too, with RING_FULL. Read the lines "receiver N: …" and "ring …" in the log of the receiver function; repair what they name or deploy the version before.',
    },
    {
      id: 'RingsWaiting',
      metric: ringAgeMaxSeconds.with({ period }),
      threshold: settings.maxIteratorAgeMs / 1_000,
      datapoints: 3,
      periods: 3,
      description:
        'Receivers that were rung do not get on. With errors or halted receivers: repair those first. Without: see whether the event source mapping of the queue is enabled and whether Lambda throttles the receiver function.',
    },
    {
      id: 'ReceiverDeadLetters',
      metric: batch.deadLetterCount.with({ period }),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'Rows could not be counted behind the exchange; they are kept in the lake bucket under dead-letters/, with the reason. Look whether code of the pipeline behind the exchange has changed.',
    },
    {
      id: 'ReceiverUnaccounted',
      metric: unaccountedFlag(batch),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'Receivers have read rows that are neither counted nor late nor dead letters: a defect of Tidemark, for its own counters disagree. Keep the log lines of the receiver function and report it; results since then may be wrong.',
    },
    ...(settings.maxWatermarkLagMs === 0
      ? []
      : [
          {
            id: 'ReceiverWatermarkLag',
            metric: batch.watermarkLagMaxMs.with({ period }),
            threshold: settings.maxWatermarkLagMs,
            datapoints: 3,
            periods: 3,
            description:
              'Event time stands still behind the exchange, so its windows do not end. It follows the slowest sender: see the alarm WatermarkLag and the ticks first, then which receiver it is (dashboard, "By receiver").',
          },
        ]),
  ];
}
