import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { PipelineHandler } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { StageSettings } from '../settings.ts';
import { handlerCode } from './handler-code.ts';

export interface PipelineFunctionProps {
  readonly description: string;
  readonly handler: PipelineHandler;
  /** Module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly settings: StageSettings;
  readonly environment: FunctionEnvironment;
  readonly role: Role;
}

/** A function with one handler and one pipeline in its bundle, and a log group of its own. */
export function pipelineFunction(scope: Construct, { description, handler, pipelineFile, settings, environment, role }: PipelineFunctionProps): Function {
  const logGroup = new LogGroup(scope, 'Logs', { retention: settings.logRetention, removalPolicy: RemovalPolicy.DESTROY });
  logGroup.grantWrite(role);
  return new Function(scope, 'Function', {
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: handlerCode({ handler, pipelineFile }),
    memorySize: settings.memoryMiB,
    timeout: Duration.millis(settings.timeoutMs),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    environment: { ...environment },
  });
}
