import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { minutes } from '../../../engine/time/duration.ts';
import { lambdaFunction } from '../../lambda-function.ts';
import type { StageSettings } from '../../settings.ts';
import type { KafkaCluster } from './cluster.ts';

export interface TopicProviderProps {
  readonly cluster: KafkaCluster;
  readonly settings: StageSettings;
}

/** Long enough for rights that were just given, and for brokers that restart. */
const TIMEOUT_MS = minutes(5);
const MEMORY_MIB = 512;

/**
 * The function that makes the topics of a stack, and the one that calls it for CloudFormation. Only ours is in the network of the
 * brokers, which need not have a way to CloudFormation.
 */
export class TopicProvider extends Construct implements IGrantable {
  readonly grantPrincipal: IPrincipal;
  readonly serviceToken: string;

  constructor(scope: Construct, id: string, { cluster, settings }: TopicProviderProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.grantPrincipal = role;
    const onEventHandler = lambdaFunction(this, {
      description: 'Tidemark: makes and configures the topics of a stack',
      bundle: { handlers: ['kafka-topic'] },
      handler: 'kafka-topic',
      environment: cluster.environment,
      role,
      network: cluster.network,
      settings: { logRetention: settings.logRetention, memoryMiB: MEMORY_MIB, timeoutMs: TIMEOUT_MS },
    });
    this.serviceToken = this.createProvider(onEventHandler, settings);
  }

  /** By hand: the library's role may call every version of the function, and has a managed policy. */
  private createProvider(onEventHandler: Function, { logRetention }: StageSettings): string {
    const role = new Role(this, 'FrameworkRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:GetFunction', 'lambda:InvokeFunction'],
        resources: [onEventHandler.functionArn],
      }),
    );
    const logGroup = new LogGroup(this, 'FrameworkLogs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    return new Provider(this, 'Framework', {
      onEventHandler,
      frameworkOnEventRole: role.withoutPolicyUpdates(),
      logGroup,
    }).serviceToken;
  }
}
