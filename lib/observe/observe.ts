import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmDefinitions } from './alarm-definitions.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { pipelineDashboard } from './dashboard.ts';
import type { DashboardProps } from './dashboard.ts';

export type ObserveProps = Omit<DashboardProps, 'alarms'>;

/** What an operator sees of a pipeline: a dashboard to read, and alarms that ring. */
export class Observe extends Construct {
  readonly topic: Topic;
  readonly dashboard: Dashboard;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ObserveProps) {
    super(scope, id);
    const { metrics, settings, name } = props;
    this.topic = new AlarmTopic(this, 'AlarmTopic', { emails: settings.alarmEmails }).topic;
    this.alarms = alarmDefinitions(metrics, settings).map((definition) => this.createAlarm(name, definition));
    this.dashboard = pipelineDashboard(this, 'Dashboard', { ...props, alarms: this.alarms });
  }

  private createAlarm(
    prefix: string,
    { id, metric, threshold, datapoints, periods, description }: AlarmDefinition,
  ): Alarm {
    const alarm = new Alarm(this, id, {
      alarmName: `${prefix}-${id}`,
      alarmDescription: description,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      // No data is a stream at rest, which is no fault; a stalled pipeline has an alarm of its own.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const notify = new SnsAction(this.topic);
    alarm.addAlarmAction(notify);
    alarm.addOkAction(notify);
    return alarm;
  }
}
