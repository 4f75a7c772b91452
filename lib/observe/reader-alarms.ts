import { hours } from '../../engine/time/duration.ts';
import { idOf } from '../id-of.ts';
import type { StageSettings } from '../settings.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { period } from './five-minutes.ts';
import type { ReaderMetrics } from './reader-metrics.ts';

/** Whether what reads a source works, and in time. */
export function readingAlarms(
  { function: fn, tick, source }: ReaderMetrics,
  { maxIteratorAgeMs }: StageSettings,
): AlarmDefinition[] {
  const { alarms: texts } = source.words;
  return [
    {
      id: 'FunctionErrors',
      metric: fn.errorCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.FunctionErrors,
    },
    {
      id: 'FunctionThrottles',
      metric: fn.throttleCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.FunctionThrottles,
    },
    {
      id: 'TickErrors',
      metric: tick.errorCount.with({ period }),
      threshold: 0,
      datapoints: 3,
      periods: 3,
      description: texts.TickErrors,
    },
    {
      id: 'Stalled',
      metric: source.stalledFlag,
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.Stalled,
    },
    {
      id: 'Behind',
      metric: source.recordAgeMaxMs.with({ period }),
      threshold: maxIteratorAgeMs,
      datapoints: 3,
      periods: 3,
      description: texts.Behind,
    },
    {
      id: 'RecordsAtRisk',
      metric: source.recordAgeMaxMs.with({ period }),
      threshold: hours(source.retentionHours) / 2,
      datapoints: 1,
      periods: 1,
      description: texts.RecordsAtRisk,
    },
  ];
}

/** What only one kind of source knows. */
export function sourceAlarms({
  source: { writeThrottleCount, failedPartitionCount },
}: ReaderMetrics): AlarmDefinition[] {
  return [
    ...(writeThrottleCount === undefined
      ? []
      : [
          {
            id: 'StreamFull',
            metric: writeThrottleCount.with({ period }),
            threshold: 0,
            datapoints: 3,
            periods: 3,
            description:
              'Kinesis refuses records of the producers, who must send them again. Give the stream more shards, or look for one partition key that takes a whole shard.',
          },
        ]),
    ...(failedPartitionCount === undefined
      ? []
      : [
          {
            id: 'PartitionsHalted',
            metric: failedPartitionCount.with({ period }),
            threshold: 0,
            datapoints: 2,
            periods: 3,
            description:
              'Partitions fail again and again, maybe while others go on: nothing is lost, their keys wait, and the retention of the topic runs. Read the lines "partition N: …" in the log of the function; repair what they name or deploy the version before.',
          },
        ]),
  ];
}

/** Of the streams of a pipeline together: that is how the functions count them, and their logs say which shard it was. */
export function expiryAlarms(readers: readonly ReaderMetrics[]): AlarmDefinition[] {
  const [metric] = readers.flatMap(({ source: { possibleLossCount } }) => possibleLossCount ?? []);
  if (metric === undefined) return [];
  return [
    {
      id: 'RecordsExpired',
      metric: metric.with({ period }),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'A shard was not read for longer than the retention of the stream: records may have expired unread, and nothing in Kinesis tells whether there were any. The log of the function and tidemark inspect say from when to when; compare with what producers have sent.',
    },
  ];
}

/** The same alarms of one source among several: all say which it is, those of a further one in their names too. */
export function ofReader(
  alarms: readonly AlarmDefinition[],
  { name }: ReaderMetrics,
  place: number,
): AlarmDefinition[] {
  if (name === undefined) return [...alarms];
  return alarms.map((alarm) => ({
    ...alarm,
    id: idOf(alarm.id, name, place),
    description: `Of ${name}: ${alarm.description}`,
  }));
}
