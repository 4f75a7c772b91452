import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { lambdaFunction } from '../lambda-function.ts';
import type { FragmentFunctionProps } from './fragment-function.ts';

/**
 * Calls the pipeline's `tick` every minute: the last windows come out when input stops (PL-19). A tick that is missed or
 * comes twice does no harm, so it is not retried.
 */
export class Tick extends Construct implements IGrantable {
  readonly function: Function;
  readonly grantPrincipal: IPrincipal;

  constructor(
    scope: Construct,
    id: string,
    { pipeline, bundle, settings, ingest, source, environment, network }: FragmentFunctionProps,
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.grantPrincipal = role;
    const description = `Tidemark: moves time on where the input of ${pipeline}${source === undefined ? '' : ` from ${source}`} has stopped`;
    this.function = lambdaFunction(this, {
      description,
      bundle,
      handler: ingest.handlers.tick,
      settings,
      environment,
      role,
      network,
    });
    ingest.grantRead(this);
    // By hand: the library's target may invoke every version of the function.
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const scheduler = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: ofThisAccount }),
    });
    scheduler.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      description,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: scheduler.roleArn,
        input: Stack.of(this).toJsonString(ingest.tickEvent),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
    if (ingest.kind === 'kafka' && ingest.made !== undefined) schedule.node.addDependency(ingest.made);
  }
}
