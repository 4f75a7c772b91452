import { Duration } from 'aws-cdk-lib';
import { Stats, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { COLOURS } from './colours.ts';
import { math } from './five-minutes.ts';
import type { FunctionMetrics } from './service-metrics.ts';
import type { SourceMetrics } from './source-metrics.ts';
import { KINESIS_WORDS } from './source-words.ts';

const period = Duration.minutes(1);

/** What Kinesis and Lambda report of a stream. */
export function kinesisSource(
  stream: IStream,
  retentionHours: number,
  { invocationCount, iteratorAgeMaxMs }: FunctionMetrics,
  possibleLossCount: Metric,
): SourceMetrics {
  const recordsPutCount = stream.metricIncomingRecords({ period, statistic: Stats.SUM });
  return {
    words: KINESIS_WORDS,
    retentionHours,
    recordsPutPerMinute: recordsPutCount.with({ label: 'put into the stream', color: COLOURS.source }),
    recordsPutCount,
    writeThrottleCount: stream.metricWriteProvisionedThroughputExceeded({ period, statistic: Stats.SUM }),
    recordAgeMaxMs: iteratorAgeMaxMs,
    lagCount: undefined,
    failedPartitionCount: undefined,
    possibleLossCount,
    stalledFlag: math(
      'records come in, nothing runs',
      'IF(FILL(recordsPut, 0) > 0 AND FILL(invocations, 0) == 0, 1, 0)',
      { recordsPut: recordsPutCount, invocations: invocationCount },
    ),
  };
}
