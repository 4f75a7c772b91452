import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { BundleSource } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { KafkaNetwork } from '../ingest/kafka/cluster.ts';
import { lambdaFunction } from '../lambda-function.ts';
import type { StageSettings } from '../settings.ts';
import { kafkaMapping } from './kafka-mapping.ts';
import { kinesisMapping } from './kinesis-mapping.ts';

/** What the function of a fragment is made of. */
export interface FragmentFunctionProps {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Of all functions of the pipeline. */
  readonly bundle: BundleSource;
  readonly settings: StageSettings;
  readonly ingest: Ingest;
  /** Name of what it reads, where the pipeline reads several; undefined: it reads nothing else. */
  readonly source?: string | undefined;
  readonly environment: FunctionEnvironment;
  /** Where the functions stand; undefined: outside of any VPC. */
  readonly network: KafkaNetwork | undefined;
}

/** The function that runs a pipeline's fragment, and the mapping that calls it with batches. */
export class FragmentFunction extends Construct implements IGrantable {
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
    const description = `Tidemark: runs the pipeline ${pipeline} on its ${ingest.noun}${source === undefined ? '' : ` ${source}`}`;
    this.function = lambdaFunction(this, {
      description,
      bundle,
      handler: ingest.handlers.process,
      settings,
      environment,
      role,
      network,
    });
    ingest.grantRead(this);
    if (ingest.kind === 'kinesis') kinesisMapping(this, ingest);
    else kafkaMapping(this, ingest);
  }
}
