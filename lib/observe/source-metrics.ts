import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { SourceWords } from './source-words.ts';

/** What is measured of the source of a pipeline, whichever kind it is, and what thresholds and texts go by. undefined: of this kind nobody measures it. */
export interface SourceMetrics {
  readonly words: SourceWords;
  /** How long records stay; of a topic that somebody else owns, what the stage says of streams. */
  readonly retentionHours: number;
  /** By minute, for a graph. */
  readonly recordsPutPerMinute: IMetric | undefined;
  /** Of any time, and so to be compared with what was read. */
  readonly recordsPutCount: Metric | undefined;
  /** Records that producers must send again: the source is full. */
  readonly writeThrottleCount: Metric | undefined;
  /** How old the records are that the function gets. */
  readonly recordAgeMaxMs: Metric;
  /** Records that nobody has read yet. */
  readonly lagCount: Metric | undefined;
  /** Partitions of an invocation that failed, while it may have succeeded with others. */
  readonly failedPartitionCount: Metric | undefined;
  /** How often records may have expired unread. */
  readonly possibleLossCount: Metric | undefined;
  /** 1 while records come in and nothing runs, else 0. */
  readonly stalledFlag: IMetric;
}
