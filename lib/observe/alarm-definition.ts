import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm as values: rings when `metric` is above `threshold` in `datapoints` of the last `periods` times five minutes. */
export interface AlarmDefinition {
  readonly id: string;
  /** Evaluated every five minutes. */
  readonly metric: IMetric;
  readonly threshold: number;
  readonly datapoints: number;
  readonly periods: number;
  /** What has happened, and what to do: all that an operator has who is woken by it. */
  readonly description: string;
}
