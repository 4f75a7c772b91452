import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** What alarms look at, each time. */
export const period = Duration.minutes(5);

/** A figure that is computed of others, all over the same period. */
export function math(label: string, expression: string, metrics: Readonly<Record<string, Metric>>): IMetric {
  const usingMetrics = Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [name, metric.with({ period })]),
  );
  return new MathExpression({ label, expression, usingMetrics, period });
}
