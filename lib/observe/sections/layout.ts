import { GraphWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { GraphWidgetProps, IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';

/** A line of the dashboard has this many columns. */
export const COLUMNS = 24;

/** One question of the dashboard: its heading, then lines of widgets. */
export type Section = readonly (readonly IWidget[])[];

/** The question, and what a healthy answer looks like. */
export function heading(question: string, healthy: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${question}\n${healthy}`, width: COLUMNS, height: 2 })];
}

/** A graph whose axis begins at 0. `unit` stands at the axis and so is in every title's sight. */
export function graph(
  title: string,
  unit: string,
  width: number,
  left: readonly IMetric[],
  more: Partial<GraphWidgetProps> = {},
): GraphWidget {
  return new GraphWidget({
    title,
    width,
    height: 6,
    left: [...left],
    leftYAxis: { min: 0, label: unit, showUnits: false },
    ...more,
  });
}
