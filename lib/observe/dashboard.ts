import { AlarmStatusWidget, Dashboard, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings.ts';
import type { PipelineMetrics } from './metrics.ts';
import { aliveSection } from './sections/alive.ts';
import { costSection } from './sections/cost.ts';
import { deliverySection } from './sections/delivery.ts';
import { exchangeSection } from './sections/exchange.ts';
import { COLUMNS } from './sections/layout.ts';
import { rightSection } from './sections/right.ts';
import { timeSection } from './sections/time.ts';

export interface DashboardProps {
  /** Name of the dashboard, and beginning of the alarms' names. */
  readonly name: string;
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly metrics: PipelineMetrics;
  readonly settings: StageSettings;
  readonly alarms: readonly Alarm[];
}

/** Read from top to bottom by somebody on call: the first answer that is not healthy is where to begin. */
export function pipelineDashboard(
  scope: Construct,
  id: string,
  { name, pipeline, metrics, settings, alarms }: DashboardProps,
): Dashboard {
  const sections = [
    aliveSection(metrics, settings),
    rightSection(metrics),
    timeSection(metrics),
    deliverySection(metrics),
    costSection(metrics),
    ...metrics.exchanges.map((exchange, i) =>
      exchangeSection(exchange, settings, 6 + i, metrics.exchanges.length === 1),
    ),
  ];
  const title = `# Tidemark · ${pipeline} · ${settings.stage}\nRead from top to bottom: the first answer that is not healthy is where to begin. Every alarm says what to do.`;
  return new Dashboard(scope, id, {
    dashboardName: name,
    defaultInterval: Duration.hours(3),
    periodOverride: PeriodOverride.INHERIT,
    widgets: [
      [new TextWidget({ markdown: title, width: COLUMNS, height: 2 })],
      [new AlarmStatusWidget({ title: 'Alarms', width: COLUMNS, height: 3, alarms: [...alarms] })],
      ...sections.flat().map((line) => [...line]),
    ],
  });
}
