import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { BundleSource, HandlerName } from '../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../lambdas/environment.ts';
import { handlerCode } from './handler-code.ts';
import type { Grantee, KafkaNetwork } from './ingest/kafka/cluster.ts';
import type { StageSettings } from './settings.ts';

export interface LambdaFunctionProps {
  readonly description: string;
  readonly bundle: BundleSource;
  /** One of the bundle's. */
  readonly handler: HandlerName;
  readonly environment: Partial<FunctionEnvironment>;
  /** That of the construct around it. */
  readonly role: Role;
  /** Where it stands; undefined: outside of any VPC. */
  readonly network: KafkaNetwork | undefined;
  readonly settings: Pick<StageSettings, 'memoryMiB' | 'timeoutMs' | 'logRetention'>;
}

/** A function that runs one handler of its bundle, with a log group of its own, and no right but those of its role. */
export function lambdaFunction(
  scope: Grantee,
  { description, bundle, handler, environment, role, network, settings }: LambdaFunctionProps,
): Function {
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: settings.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  logGroup.grantWrite(role);
  network?.grantAttach(scope);
  return new Function(scope, 'Function', {
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: `${handler}.handler`,
    code: handlerCode(bundle),
    memorySize: settings.memoryMiB,
    timeout: Duration.millis(settings.timeoutMs),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    environment,
    ...(network === undefined
      ? {}
      : { vpc: network.vpc, vpcSubnets: { subnets: [...network.subnets] }, securityGroups: [network.clients] }),
  });
}
