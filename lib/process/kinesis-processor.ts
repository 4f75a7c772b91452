import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { DeployedKinesis } from '../deployed-topology.ts';
import type { KinesisIngest } from '../ingest/kinesis-ingest.ts';
import { requireWholeSeconds } from '../settings.ts';
import type { StageSettings } from '../settings.ts';
import { pipelineFunction } from './pipeline-function.ts';

export interface KinesisProcessorProps {
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly source: DeployedKinesis;
  /** Module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly settings: StageSettings;
  readonly ingest: KinesisIngest;
  readonly environment: FunctionEnvironment;
}

/** The function that runs the pipeline, and the mapping that calls it with one batch of one shard at a time. */
export class KinesisProcessor extends Construct implements IGrantable {
  readonly function: Function;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: KinesisProcessorProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.grantPrincipal = role;
    this.function = this.createFunction(role, props);
    props.ingest.grantConsume(role);
    this.createMapping(props);
  }

  private createFunction(role: Role, { pipeline, pipelineFile, settings, environment }: KinesisProcessorProps): Function {
    return pipelineFunction(this, {
      description: `Tidemark: runs the pipeline ${pipeline} on its Kinesis stream`,
      handler: 'process-kinesis',
      pipelineFile,
      settings,
      environment,
      role,
    });
  }

  /**
   * Every setting that could make Lambda drop or reorder records is pinned, its default or not (PL-15).
   *
   * A commit is a whole batch or nothing, so there is no part of a batch to report: an error repeats all of it.
   */
  private createMapping({ source, ingest }: KinesisProcessorProps): CfnEventSourceMapping {
    return new CfnEventSourceMapping(this, 'Mapping', {
      functionName: this.function.functionName,
      eventSourceArn: ingest.mappedArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: source.batchSize,
      maximumBatchingWindowInSeconds: requireWholeSeconds('maxBatchingWindowMs', source.maxBatchingWindowMs),
      parallelizationFactor: 1,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: false,
      enabled: true,
    });
  }
}
