import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping, type Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { lambdaFunction } from '../lambda-function.ts';
import type { FragmentFunctionProps } from '../process/fragment-function.ts';
import type { DoorbellQueue } from './doorbell-queue.ts';

export interface ReceiverFunctionProps extends Omit<FragmentFunctionProps, 'ingest'> {
  readonly doorbell: DoorbellQueue;
}

/** All rings that one call may take: those of one receiver are one piece of work, however many they are. */
const BATCH_SIZE = 10;

/**
 * The function that runs what is behind an exchange, and the mapping that calls it with rings. It reads the logs of the
 * senders, and no source. As many of it run as there are receivers that were rung: the groups of the queue see to that.
 */
export class ReceiverFunction extends Construct implements IGrantable {
  readonly function: Function;
  readonly grantPrincipal: IPrincipal;

  constructor(
    scope: Construct,
    id: string,
    { pipeline, bundle, settings, environment, network, doorbell }: ReceiverFunctionProps,
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.grantPrincipal = role;
    this.function = lambdaFunction(this, {
      description: `Tidemark: runs the pipeline ${pipeline} behind its exchange ${doorbell.exchange.id}`,
      bundle,
      handler: 'receive',
      settings,
      environment,
      role,
      network,
    });
    doorbell.grantAnswer(this);
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: this.function.functionName,
      eventSourceArn: doorbell.queue.queueArn,
      batchSize: BATCH_SIZE,
      functionResponseTypes: ['ReportBatchItemFailures'],
      enabled: true,
    });
  }
}
